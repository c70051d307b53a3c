/** Something wrong in an experiment, at a place in its file. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
