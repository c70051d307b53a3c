import picomatch from 'picomatch';
import { InputError } from '../errors.ts';
import { didYouMean } from '../model/did-you-mean.ts';
import type { ComparedRun } from './compared-run.ts';
import { shortNames, spelled } from './settings.ts';

/** All names of columns that some run has a value in. */
export function knownColumns(runs: readonly ComparedRun[]): string[] {
  const names = runs.flatMap(({ facts, settings, metrics }) =>
    [facts, metrics, settings].flatMap((each) => Object.keys(each)),
  );
  return [...new Set(names)];
}

/** As many as an error lists. */
const LISTED = 12;

/**
 * The column that a person names: as it stands in the file, or the end of a path that no other ends in.
 * @param where the name stands, for what is said of a wrong one.
 * @throws InputError when there is none, or more than one.
 */
export function findColumn(name: string, known: readonly string[], where = ''): string {
  const path = spelled(name);
  if (known.includes(path)) return path;
  const [found, ...more] = known.filter((column) => column.endsWith(`.${path}`));
  if (found && more.length === 0) return found;
  if (found) throw new InputError(`${name}${where} is the end of ${[found, ...more].join(', ')}`);
  const hint =
    didYouMean(path, [...known, ...shortNames(known)]) || `; there are ${inShort(known)}`;
  throw new InputError(`no run has a column ${name}${where}${hint}`);
}

/**
 * Columns by names and globs, `val_*,phases.*.epochs`, in the order in which they are named.
 * @throws InputError for a name or glob that no column answers to.
 */
export function chooseColumns(list: string, known: readonly string[]): string[] {
  const names = list.split(',').map((name) => name.trim());
  const chosen = names.flatMap((name) => {
    if (!name.includes('*')) return [findColumn(name, known)];
    const matches = picomatch(name, { nobracket: true });
    const found = known.filter((column) => matches(column));
    if (found.length > 0) return found;
    throw new InputError(`no run has a column like ${name}; there are ${inShort(known)}`);
  });
  return [...new Set(chosen)];
}

function inShort(names: readonly string[]): string {
  const more = names.length - LISTED;
  const rest = more > 0 ? ` and ${more} more (--json shows all)` : '';
  return `${names.slice(0, LISTED).join(', ') || 'none'}${rest}`;
}
