/** Keys and indexes that lead to a value of an experiment file. */
export type Path = readonly (string | number)[];

/** An error at a path of an experiment file. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** The key is wrong or missing, not its value. */
  readonly key?: boolean;
}

/** `model.head[3].dense.units` */
export function showPath(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

/** Tells if a path leads to the value at another path, or to a part of that value. */
export function isWithin(path: Path, whole: Path): boolean {
  return whole.every((key, i) => key === path[i]);
}
