import {
  type ClassProbabilities,
  confusionMatrix,
  type Prediction,
  predictClasses,
} from '../analysis/classification.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { EpochRecord, Evaluation, PhaseBegin, PhaseEnd } from '../train/callbacks.ts';
import type { MemorySummary } from './memory.ts';

/** The results of a run's training. */
export interface RunOutcome {
  readonly id: string;
  readonly experiment: Experiment;
  readonly data: Dataset;
  readonly epochs: readonly EpochRecord[];
  readonly phases: readonly (PhaseBegin & PhaseEnd)[];
  /** The evaluation of the final model. */
  readonly evaluation: Evaluation;
  /** Count of all the model's weights. */
  readonly parameters: number;
  /** `null` if this process trained no epoch. */
  readonly memory: MemorySummary | null;
}

/** A run's outcome with everything that its files and charts derive from it. */
export interface FinishedRun extends RunOutcome {
  readonly probabilities: ClassProbabilities;
  /** One for each validation image. */
  readonly predictions: readonly Prediction[];
  /** Rows are true classes. */
  readonly confusion: readonly (readonly number[])[];
}

export function finishedRun(outcome: RunOutcome): FinishedRun {
  const classCount = outcome.data.classNames.length;
  const probabilities = { ...outcome.evaluation, classCount };
  const predictions = predictClasses(probabilities);
  const confusion = confusionMatrix(predictions, classCount);
  return { ...outcome, probabilities, predictions, confusion };
}

/** The result of a run that has ended well. */
export interface RunResult {
  readonly folder: string;
  /** The final model's metrics, keyed by column: `loss`, …, `val_loss`, … */
  readonly metrics: Readonly<Record<string, number>>;
  /** The reason why the run was stopped before its last phase ended; `null` if it was not. */
  readonly stopped: string | null;
}
