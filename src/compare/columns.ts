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

/**
 * The column that a person names: as it stands in the file, or the end of a path that no other ends in.
 * @throws InputError when there is none, or more than one.
 */
export function findColumn(name: string, known: readonly string[]): string {
  const path = spelled(name);
  if (known.includes(path)) return path;
  const [found, ...more] = known.filter((column) => column.endsWith(`.${path}`));
  if (found && more.length === 0) return found;
  if (found) throw new InputError(`${name} is the end of ${[found, ...more].join(', ')}`);
  throw new InputError(
    `no run has a column ${name}${didYouMean(path, [...known, ...shortNames(known)])}`,
  );
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
    throw new InputError(`no run has a column like ${name}; there are ${known.join(', ')}`);
  });
  return [...new Set(chosen)];
}
