import {
  confusionMatrix,
  type Prediction,
  type Predictions,
  predictClasses,
} from '../analysis/classification.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { toColumns } from '../experiment/metrics.ts';
import type { EpochRecord, Evaluation, PhaseBegin, PhaseEnd } from '../train/callbacks.ts';
import type { MemoryWatch } from './memory.ts';

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
  /** What the process held after its epochs; `null` when it has done none. */
  readonly memory: ReturnType<MemoryWatch['summary']>;
}

/** The same with what all artifacts draw from it. */
export interface FinishedRun extends RunOutcome {
  readonly answers: Predictions;
  /** One for each validation image. */
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

/**
 * What a finished model gives, under the names of metrics.csv: of the training images in the epoch that
 * its weights are from, of the validation images now.
 */
export function finalMetrics({ epochs, phases, evaluation }: RunOutcome): Record<string, number> {
  const last = phases.at(-1);
  const kept = epochs.findLast(
    ({ phase, phaseEpoch }) => phase === last?.phase.name && phaseEpoch === last.keptEpoch,
  );
  return toColumns({ train: kept?.train ?? {}, validation: evaluation.metrics });
}
