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
export function showPlace({ origin, position }: Place): string {
  return position ? `${origin.name}:${position.line}:${position.column}` : origin.name;
}

/** `model.head[3].dense.units` */
export function showPath(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

/** One line of an error message. */
export function showProblem(place: Place, path: Path, message: string): string {
  return [showPlace(place), showPath(path), message].filter((part) => part !== '').join('  ');
}
