import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import type { Settings } from '../experiment/experiment.ts';
import type { ComparedRun } from './compared-run.ts';

/**
 * All settings of an experiment by their paths: items of a list by their name where they have one, as
 * `--set` takes them, or else by index. A list of plain values is one value.
 */
export function flatSettings(json: Json, path = ''): Record<string, Json> {
  const within = (key: string, value: Json) => flatSettings(value, key);
  if (isList(json)) {
    if (json.every((item) => item === null || typeof item !== 'object')) return { [path]: json };
    return merged(json.map((item, i) => within(itemPath(path, item, i), item)));
  }
  if (json === null || typeof json !== 'object') return { [path]: json };
  const entries = Object.entries(json);
  return merged(entries.map(([key, value]) => within(path === '' ? key : `${path}.${key}`, value)));
}

/** One spelling for a path: `model.head.1.units` is `model.head[1].units`. */
export function spelled(path: string): string {
  return path.replaceAll(/\.(\d+)(?=[.[]|$)/g, '[$1]');
}

/** Settings that not all of these runs share, in the order of the file; of runs that began, the others' are not known. */
export function differingSettings(runs: readonly ComparedRun[]): string[] {
  const begun = runs.filter(({ facts }) => facts.started !== undefined);
  const names = new Set(begun.flatMap(({ settings }) => Object.keys(settings)));
  return [...names].filter(
    (name) => new Set(begun.map(({ settings }) => JSON.stringify(settings[name]))).size > 1,
  );
}

/** The shortest ends of paths that tell them apart: `head.epochs`, `fine-tune.epochs`, `optimizer.name`. */
export function shortNames(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const parts = path.split('.');
    const ends = parts.map((_, from) => parts.slice(from).join('.')).reverse();
    const others = paths.filter((other) => other !== path);
    const isAlone = (end: string) =>
      end !== 'name' && !others.some((other) => other === end || other.endsWith(`.${end}`));
    return ends.find(isAlone) ?? path;
  });
}

/** `dropout=0.25, learningRate=0.001` */
export function showBriefly(settings: Settings): string {
  const names = shortNames(Object.keys(settings));
  return Object.values(settings)
    .map((value, i) => `${names[i]}=${formatJson(value)}`)
    .join(', ');
}

/** Shows of each of many settings in what it differs from others. */
export function briefly(all: readonly Settings[]): (settings: Settings) => string {
  const names = new Set(all.flatMap((settings) => Object.keys(settings)));
  const differing = [...names].filter(
    (name) => new Set(all.map((settings) => JSON.stringify(settings[name]))).size > 1,
  );
  return (settings) => {
    const own = Object.entries(settings).filter(([name]) => differing.includes(name));
    return showBriefly(Object.fromEntries(own));
  };
}

function itemPath(list: string, item: Json, index: number): string {
  const name = item !== null && typeof item === 'object' && !isList(item) ? item.name : undefined;
  return typeof name === 'string' ? `${list}.${name}` : `${list}[${index}]`;
}

function merged(maps: readonly Record<string, Json>[]): Record<string, Json> {
  return Object.assign({}, ...maps);
}

/** `Array.isArray` knows no read-only lists. */
function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
