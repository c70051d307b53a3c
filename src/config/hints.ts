import { didYouMean, nearest, sameWord } from '../common/did-you-mean.ts';
import { isMap, type Json } from '../common/json.ts';
import { isWithin, type Path, showPath } from '../experiment/problem.ts';
import { dereference, experimentSchema, type Schema } from '../experiment/schema.ts';
import { namesWithArguments } from './describe-schema.ts';

/* Guesses at what the author of a wrong experiment file meant. A hint is a text after an error, or empty. */

/** What an unknown key probably stands for. */
export interface MeantKey {
  /** `null` for a key that this map cannot have. */
  readonly path: Path | null;
  readonly hint: string;
}

/**
 * The key that is meant by an unknown one: a similar key of the same map, or a key of another map, which is indented too
 * much or too little. `null` if none is likely.
 * @param parent path of the map.
 * @param file the values of the whole file.
 */
export function meantKey(
  parent: Path,
  name: string,
  { known, file }: { readonly known: readonly string[]; readonly file: Json },
): MeantKey | null {
  const similar = nearest(name, known);
  if (similar !== null) return { path: [...parent, similar], hint: didYouMean(name, known) };
  const key = sameWord(name, [...keyPlaces().keys()]);
  const places = (keyPlaces().get(key ?? '') ?? [])
    .map(({ pattern, variant }) => ({ path: withIndices(pattern, parent, file), variant }))
    .toSorted(
      (a, b) => shared(b.path, parent) - shared(a.path, parent) || a.path.length - b.path.length,
    );
  const [path] = places.map((place) => place.path);
  if (!path) return null;
  if (isWithin(path, parent)) {
    const inner = path.slice(parent.length);
    const same = places.filter((place) => place.path.length === parent.length + 1);
    const variants = same.flatMap(({ variant }) => variant ?? []);
    if (inner.length === 1) return { path: null, hint: `; it is only for ${variants.join(', ')}` };
    const hint = `. Did you mean ${showPath(inner)}? Move it into ${showPath(inner.slice(0, -1))}`;
    return { path, hint };
  }
  const left = parent.slice(0, shared(path, parent) + 1);
  return { path, hint: `. Did you mean ${showPath(path)}? Move it out of ${showPath(left)}` };
}

/** The number of steps that two paths share. */
function shared(path: Path, other: Path): number {
  const difference = other.findIndex((step, i) => step !== path[i]);
  return difference < 0 ? other.length : difference;
}

/** Stands in a pattern for the index of a list. */
const ITEM = '*';

/** The path of a pattern in a file: with the indices of a path where both agree, or else of the last item. */
function withIndices(pattern: readonly string[], like: Path, file: Json): Path {
  const path: (string | number)[] = [];
  let at: Json | undefined = file;
  for (const step of pattern) {
    const items = Array.isArray(at) ? at.length : 0;
    const isSame = shared(path, like) === path.length && typeof like[path.length] === 'number';
    const index = isSame ? (like[path.length] as number) : Math.max(0, items - 1);
    path.push(step === ITEM ? index : step);
    at = typeof at === 'object' && at !== null ? (at as never)[path.at(-1) as never] : undefined;
  }
  return path;
}

interface KeyPlace {
  readonly pattern: readonly string[];
  /** The name of the optimizer, loss or schedule that has the key; `null` for other keys. */
  readonly variant: string | null;
}

let found: ReadonlyMap<string, readonly KeyPlace[]> | null = null;

/** The places of each key in an experiment file. Arguments of layers and augmentations are left out. */
function keyPlaces(): ReadonlyMap<string, readonly KeyPlace[]> {
  if (found) return found;
  const places = new Map<string, readonly KeyPlace[]>();
  visit(experimentSchema(), [], null);
  found = places;
  return found;

  function visit(schema: Schema, path: readonly string[], variant: string | null): void {
    const { properties = {}, items, anyOf = [], oneOf = [], ...rest } = dereference(schema);
    if (items) visit(items, [...path, ITEM], null);
    for (const each of anyOf) visit(each, path, null);
    for (const each of oneOf) visit(each, path, nameOf(each, rest.discriminator?.propertyName));
    if (rest.maxProperties === 1) return;
    for (const [key, value] of Object.entries(properties)) {
      const pattern = [...path, key];
      places.set(key, [...(places.get(key) ?? []), { pattern, variant }]);
      visit(value, pattern, null);
    }
  }
}

/** The name by which a discriminator tells a variant. */
function nameOf(variant: Schema, discriminator = ''): string {
  return String(dereference(variant).properties?.[discriminator]?.const);
}

/** A hint at how to write a wrong value. */
export function valueHint(value: Json, schema: Schema): string {
  const { items } = dereference(schema);
  const types = typesOf(schema);
  if (typeof value === 'string') {
    return (
      textHint(value, types) ||
      argumentsHint(value, schema) ||
      (items && types.includes('array') && takesText(items) ? `. Did you mean [${value}]?` : '') ||
      didYouMean(value, wordsOf(schema)) ||
      onlyKeyHint(value, schema)
    );
  }
  if (types.join() === 'string' && typeof value === 'number') return `. Did you mean "${value}"?`;
  if (types.includes('array') && isMap(value)) return '. Each item of a list starts with "- "';
  return Array.isArray(value) ? listHint(value, schema) : '';
}

/** A number or a truth value that YAML takes for text. */
function textHint(text: string, types: readonly string[]): string {
  if (/^[^\s#]+#/.test(text)) return '. A comment needs a space before its #';
  const isNumber = types.includes('number') || types.includes('integer');
  if (isNumber && text.trim() !== '') {
    if (Number.isFinite(Number(text))) return `. Remove the quotes: ${text.trim()}`;
    const [, share] = /^\s*([\d.]+)\s*%\s*$/.exec(text) ?? [];
    if (share !== undefined) return `. Write ${Number(share) / 100}`;
    if (/^-?\d+,\d+$/.test(text)) return `. YAML wants a decimal point: ${text.replace(',', '.')}`;
    if (/^\d+([_ ']\d{3})+$/.test(text)) return `. Write ${text.replaceAll(/\D/g, '')}`;
  }
  if (!types.includes('boolean')) return '';
  if (/^(true|false)$/i.test(text)) return `. Remove the quotes: ${text.toLowerCase()}`;
  if (/^(yes|on)$/i.test(text)) return '. Write true';
  return /^(no|off)$/i.test(text) ? '. Write false' : '';
}

/** `. dense needs arguments, e.g. dense: { units: … }` */
function argumentsHint(name: string, schema: Schema): string {
  if (!namesWithArguments(schema).includes(name)) return '';
  const { anyOf = [] } = dereference(schema);
  const kinds = anyOf.find(({ maxProperties }) => maxProperties === 1)?.properties ?? {};
  const { anyOf: forms = [], ...own } = dereference(kinds[name] ?? {});
  const required = [own, ...forms.map(dereference)].flatMap((form) => form.required ?? []);
  const example = required.map((key) => `${key}: …`).join(', ');
  return `. ${name} needs arguments${example && `, e.g. ${name}: { ${example} }`}`;
}

/** A text in place of a map with one necessary key: `. Did you mean { dataset: cifar10 }?` */
function onlyKeyHint(text: string, schema: Schema): string {
  const { required = [], properties = {} } = dereference(schema);
  const [key = '', ...more] = required;
  const isText = typesOf(properties[key] ?? {}).includes('string');
  return isText && more.length === 0 ? `. Did you mean { ${key}: ${text} }?` : '';
}

/** A list in place of a map that has a list, or of a single value. */
function listHint(items: readonly Json[], schema: Schema): string {
  const { properties = {} } = dereference(schema);
  const key = Object.keys(properties).find(
    (each) => typesOf(properties[each] ?? {})[0] === 'array',
  );
  if (key !== undefined) return `. Did you mean { ${key}: ${JSON.stringify(items)} }?`;
  return items.length === 1 && !typesOf(schema).includes('array')
    ? '. A list has no place here'
    : '';
}

/** All JSON types that a schema allows. */
function typesOf(schema: Schema): string[] {
  const { type = [], anyOf = [] } = dereference(schema);
  return [...new Set([type, anyOf.flatMap(typesOf)].flat())];
}

function takesText(schema: Schema): boolean {
  const { enum: words, anyOf = [] } = dereference(schema);
  return words !== undefined || typesOf(schema).includes('string') || anyOf.some(takesText);
}

/** The words that a schema allows. */
function wordsOf(schema: Schema): string[] {
  const { anyOf = [], enum: words = [], const: word } = dereference(schema);
  const own = [...words, word].filter((each) => typeof each === 'string');
  return [...own, ...namesWithArguments(schema), ...anyOf.flatMap(wordsOf)];
}
