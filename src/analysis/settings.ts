import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import type { Settings } from '../experiment/experiment.ts';

/**
 * All settings of an experiment, keyed by path. The items of a list have their names as keys, as in `--set`, or their
 * indices if they have none. A list of plain values is one value.
 */
export function flatSettings(json: Json, path = ''): Record<string, Json> {
  const within = (key: string, value: Json) => flatSettings(value, key);
  if (isList(json)) {
    if (json.every((item) => item === null || typeof item !== 'object')) return { [path]: json };
    return merge(json.map((item, i) => within(itemPath(path, item, i), item)));
  }
  if (json === null || typeof json !== 'object') return { [path]: json };
  const entries = Object.entries(json);
  return merge(entries.map(([key, value]) => within(path === '' ? key : `${path}.${key}`, value)));
}

function itemPath(list: string, item: Json, index: number): string {
  const name = item !== null && typeof item === 'object' && !isList(item) ? item.name : undefined;
  return typeof name === 'string' ? `${list}.${name}` : `${list}[${index}]`;
}

function merge(maps: readonly Record<string, Json>[]): Record<string, Json> {
  return Object.assign({}, ...maps);
}

/** The type of `Array.isArray` does not include read-only arrays. */
function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** The canonical spelling of a path: `model.head.1.units` becomes `model.head[1].units`. */
export function normalizePath(path: string): string {
  return path.replaceAll(/\.(\d+)(?=[.[]|$)/g, '[$1]');
}

/** The keys in which some settings differ, in their order. */
export function differingKeys(all: readonly Settings[]): string[] {
  const names = new Set(all.flatMap((settings) => Object.keys(settings)));
  return [...names].filter(
    (name) => new Set(all.map((settings) => JSON.stringify(settings[name]))).size > 1,
  );
}

/** The shortest ends of paths that distinguish them: `head.epochs`, `fine-tune.epochs`, `optimizer.name`. */
export function shortNames(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const parts = path.split('.');
    const ends = parts.map((_, from) => parts.slice(from).join('.')).reverse();
    const others = paths.filter((other) => other !== path);
    const isUnique = (end: string) =>
      end !== 'name' && !others.some((other) => other === end || other.endsWith(`.${end}`));
    return ends.find(isUnique) ?? path;
  });
}

/** `dropout=0.25, learningRate=0.001` */
export function formatSettings(settings: Settings): string {
  const names = shortNames(Object.keys(settings));
  return Object.values(settings)
    .map((value, i) => `${names[i]}=${formatJson(value)}`)
    .join(', ');
}

/** Returns a function that formats the settings in which one of many differs from the others. */
export function differenceFormatter(all: readonly Settings[]): (settings: Settings) => string {
  const differing = differingKeys(all);
  return (settings) => {
    const own = Object.entries(settings).filter(([name]) => differing.includes(name));
    return formatSettings(Object.fromEntries(own));
  };
}
