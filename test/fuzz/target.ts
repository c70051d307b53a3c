import type fc from 'fast-check';

/** A kind of input that strangers can give to the program. */
export interface Target<Case = unknown> {
  readonly name: string;
  /** Cases relative to the other targets: a fast target gets more. */
  readonly weight: number;
  /**
   * Prepares a folder for the cases.
   *
   * @param folder an empty folder, the only one in which the program may write
   */
  prepare(folder: string): Promise<Prepared<Case>>;
}

export interface Prepared<Case> {
  readonly cases: fc.Arbitrary<Case>;
  /** Minimized cases that once were findings. They run first, and in `npm test`. */
  readonly found?: readonly Case[];
  /**
   * Gives a case to the program. An error with an exit code (InputError, RunError) is a sentence for the user, and a good
   * end; any other error is a finding.
   */
  run(input: Case): Promise<void>;
  close?(): Promise<void>;
}

/** Keeps the type of the cases of a target within it. */
export function target<Case>(definition: Target<Case>): Target {
  return definition as Target;
}
