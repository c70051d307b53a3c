import {
  confusionMatrix,
  type Prediction,
  type Predictions,
  predictClasses,
} from '../compare/classification.ts';
import type { Experiment } from '../config/experiment.ts';
import type { Dataset } from '../data/dataset.ts';
import type { EpochRecord, Evaluation, PhaseBegin, PhaseEnd } from '../train/callbacks.ts';

/** What a run has given once its training is done. */
export interface RunOutcome {
  readonly id: string;
  readonly experiment: Experiment;
  readonly data: Dataset;
  readonly epochs: readonly EpochRecord[];
  readonly phases: readonly (PhaseBegin & PhaseEnd)[];
  /** Of the finished model. */
  readonly evaluation: Evaluation;
  /** Numbers in the model's weights. */
  readonly parameters: number;
}

/** The same with what all artifacts draw from it. */
export interface FinishedRun extends RunOutcome {
  readonly answers: Predictions;
  /** One for each validation picture. */
  readonly predictions: readonly Prediction[];
  /** Rows are true classes. */
  readonly confusion: readonly (readonly number[])[];
}

export function finishedRun(outcome: RunOutcome): FinishedRun {
  const classCount = outcome.data.classNames.length;
  const answers = { ...outcome.evaluation, classCount };
  const predictions = predictClasses(answers);
  return { ...outcome, answers, predictions, confusion: confusionMatrix(predictions, classCount) };
}
