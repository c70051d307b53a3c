import type { Experiment } from '../../config/experiment.ts';
import type { LoadContext } from '../../data/dataset.ts';
import type { Progress, Step } from '../../progress/progress.ts';

export interface DataActionContext {
  readonly experiment: Experiment;
  /** Path of the picture that `preview` writes. */
  readonly out: string;
  readonly verbose: boolean;
  readonly progress: Progress;
  /** What loading data needs, within a step of the progress. */
  readonly load: (step: Step) => LoadContext;
}

export interface DataActionResult {
  /** For `--json`. */
  readonly result: unknown;
  /** The same for people. */
  readonly lines: readonly string[];
  /** Ends the program after the result has been shown. */
  readonly failure?: Error;
}

export type DataAction = (context: DataActionContext) => Promise<DataActionResult>;
