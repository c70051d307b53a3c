import { InputError } from '../common/errors.ts';
import { type Path, showPath } from '../experiment/problem.ts';
import type { HoleNode, Place } from './source-tree.ts';

/** An error at a place. */
export interface PlacedError {
  readonly place: Place;
  readonly path: Path;
  readonly message: string;
}

/** Lists all errors of an experiment, one line each, in the order of their places. */
export class ConfigError extends InputError {
  readonly errors: readonly PlacedError[];

  constructor(errors: readonly PlacedError[]) {
    const lines = errors.toSorted((a, b) => comparePlaces(a.place, b.place)).map(showError);
    super([...new Set(lines)].join('\n'));
    this.errors = errors;
  }
}

/**
 * The errors found while files are read. A value that cannot be read leaves a hole in the tree, so that the rest
 * of the file is still checked and all errors are shown at once.
 */
export class ErrorCollector {
  readonly all: PlacedError[] = [];

  /** Adds an error. @returns the hole that takes the place of the value. */
  hole(at: Place, message: string, path: Path = []): HoleNode {
    this.all.push({ place: at, path, message });
    return { kind: 'hole', at };
  }

  /** Returns the result of `work`, or `fallback` if it throws a ConfigError, whose errors are added. */
  attempt<Result, Fallback>(work: () => Result, fallback: Fallback): Result | Fallback {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.all.push(...error.errors);
      return fallback;
    }
  }
}

function showError({ place, path, message }: PlacedError): string {
  return [showPlace(place), showPath(path), message].filter((part) => part !== '').join('  ');
}

/** `file:line:column`, or the option. */
function showPlace({ origin, position }: Place): string {
  return position ? `${origin.name}:${position.line}:${position.column}` : origin.name;
}

function comparePlaces(a: Place, b: Place): number {
  const byOrigin = a.origin.name.localeCompare(b.origin.name);
  if (byOrigin !== 0 || !a.position || !b.position) return byOrigin;
  return a.position.line - b.position.line || a.position.column - b.position.column;
}
