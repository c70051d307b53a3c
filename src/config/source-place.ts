import { InputError } from '../common/errors.ts';
import type { HoleNode } from './source-tree.ts';

/** A file, or an option of the command line, that values are written in. */
export interface Origin {
  /** As the user wrote it: `experiment.yaml`, `--set phases.head.epochs=1`. */
  readonly name: string;
  /** Absolute; relative paths that are written here start from it. */
  readonly folder: string;
}

export interface Place {
  readonly origin: Origin;
  /** Line and column from 1; `null` on the command line. */
  readonly position: { readonly line: number; readonly column: number } | null;
}

/** Keys and indexes that lead to a value. */
export type Path = readonly (string | number)[];

/** `file:line:column`, or the option. */
function showPlace({ origin, position }: Place): string {
  return position ? `${origin.name}:${position.line}:${position.column}` : origin.name;
}

/** Whether a path leads to what another one leads to, or to a part of it. */
export function isWithin(path: Path, whole: Path): boolean {
  return whole.every((key, i) => key === path[i]);
}

/** `model.head[3].dense.units` */
export function showPath(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

/** Something wrong, where it is written. */
export interface Fault {
  readonly place: Place;
  readonly path: Path;
  readonly message: string;
}

/** Tells of all faults, one line each, in the order of their places. */
export class FaultError extends InputError {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const lines = faults.toSorted((a, b) => compare(a.place, b.place)).map(showFault);
    super([...new Set(lines)].join('\n'));
    this.faults = faults;
  }
}

function showFault({ place, path, message }: Fault): string {
  return [showPlace(place), showPath(path), message].filter((part) => part !== '').join('  ');
}

function compare(a: Place, b: Place): number {
  const byOrigin = a.origin.name.localeCompare(b.origin.name);
  if (byOrigin !== 0 || !a.position || !b.position) return byOrigin;
  return a.position.line - b.position.line || a.position.column - b.position.column;
}

/**
 * What is found wrong while files are read. Whatever cannot be read leaves a hole in the tree, so that all
 * the rest can be judged and told of at once.
 */
export class Faults {
  readonly all: Fault[] = [];

  /** @returns what stands where the fault is. */
  hole(at: Place, message: string, path: Path = []): HoleNode {
    this.all.push({ place: at, path, message });
    return { kind: 'hole', at };
  }

  /** What some work gives, or another value where it finds faults. */
  attempt<Result, Otherwise>(work: () => Result, otherwise: Otherwise): Result | Otherwise {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      this.all.push(...error.faults);
      return otherwise;
    }
  }
}
