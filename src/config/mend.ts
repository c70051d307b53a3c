import type { Json } from '../common/json.ts';
import type { Schema } from '../experiment/schema.ts';
import type { Path } from './source-place.ts';
import { standIns } from './stand-ins.ts';

/** The same values but for a change in one place, where there still is that place. */
export type Change = (json: Json) => Json;

/** More than the names of any kind; what has more stand-ins is a large part of a file, on which little depends. */
const MOST = 64;

/** Changes that put each of a schema's stand-ins there. */
export function fill(path: Path, schema: Schema): readonly Change[] {
  const values = standIns(schema);
  const step = Math.ceil(values.length / MOST);
  return values.filter((_, i) => i % step === 0).map((value) => (json) => put(json, path, value));
}

export function leaveOut(path: Path): Change {
  return (json) => changeAt(json, path, () => undefined);
}

/** Gives what stands under a key another key, unless that one is taken. */
export function rename(path: Path, name: string): Change {
  const to = [...path.slice(0, -1), name];
  return (json) => {
    const value = valueAt(json, path);
    const without = leaveOut(path)(json);
    return value === undefined || valueAt(json, to) !== undefined
      ? without
      : put(without, to, value);
  };
}

export function put(json: Json, path: Path, value: Json): Json {
  return changeAt(json, path, () => value);
}

function changeAt(json: Json, [key, ...rest]: Path, change: () => Json | undefined): Json {
  if (key === undefined) return change() ?? json;
  if (typeof json !== 'object' || json === null) return json;
  const before = valueAt(json, [key]);
  if (rest.length > 0 && before === undefined) return json;
  const after = rest.length > 0 ? changeAt(before ?? null, rest, change) : change();
  if (isList(json)) return json.map((item, i) => (i === key ? (after ?? null) : item));
  const { [key]: _, ...others } = json;
  if (after === undefined) return others;
  return before === undefined
    ? { ...json, [key]: after }
    : Object.fromEntries(Object.entries(json).map(([k, v]) => [k, k === String(key) ? after : v]));
}

function valueAt(json: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => {
    if (typeof at !== 'object' || at === null) return undefined;
    return isList(at) ? at[Number(key)] : at[key];
  }, json);
}

/** `Array.isArray` knows no read-only lists. */
function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
