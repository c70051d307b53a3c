/** Shows one line of what goes on within a step; the next one replaces it on a terminal. */
export type Report = (message: string) => void;

/** How a run tells a person where it stands. */
export interface Progress {
  /** Runs a step under a title, with what it reports below; a step that throws is marked as failed. */
  step<T>(title: string, run: (step: Step) => Promise<T>): Promise<T>;
}

export interface Step {
  readonly report: Report;
  /** A line that stays, such as the result of an epoch. */
  readonly note: (line: string) => void;
  /** There if reports are drawn at once, one over the other. */
  readonly live?: true;
}
