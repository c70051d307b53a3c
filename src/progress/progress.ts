/** Shows the current progress of a step. On a terminal, the next report replaces it. */
export type Report = (message: string) => void;

/** Displays the steps of a command to the user. */
export interface Progress {
  /** Runs a step and displays its title and reports. A step that throws is marked as failed. */
  step<T>(title: string, run: (step: Step) => Promise<T>): Promise<T>;
}

export interface Step {
  readonly report: Report;
  /** Adds a line that stays, such as the result of an epoch. */
  readonly note: (line: string) => void;
  /** Adds a line that stays, also above the runs of a sweep. */
  readonly warn: (line: string) => void;
  /** Set on a terminal, where each report replaces the one before: the space for it at this moment. */
  readonly screen?: () => Screen;
}

/** The size of a text that neither wraps nor scrolls, in characters. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
}
