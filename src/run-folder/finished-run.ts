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

/** The evaluation of a run's final model. */
interface RunEvaluation {
  readonly experiment: Experiment;
  readonly data: Dataset;
  readonly epochs: readonly EpochRecord[];
  readonly evaluation: Evaluation;
}

/** A run's evaluation with everything that its tables and charts derive from it. */
export interface EvaluatedRun extends RunEvaluation {
  readonly probabilities: ClassProbabilities;
  /** One for each validation image. */
  readonly predictions: readonly Prediction[];
  /** Rows are true classes. */
  readonly confusion: readonly (readonly number[])[];
}

/** An evaluated run with the facts that only the process that trained it knows. */
export interface FinishedRun extends EvaluatedRun {
  readonly id: string;
  readonly phases: readonly (PhaseBegin & PhaseEnd)[];
  /** Count of all the model's weights. */
  readonly parameters: number;
  /** The operations that may give other last digits at each run. */
  readonly nondeterministicOperations: readonly string[];
  /** `null` if this process trained no epoch. */
  readonly memory: MemorySummary | null;
}

export function evaluatedRun(run: RunEvaluation): EvaluatedRun {
  const classCount = run.data.classNames.length;
  const probabilities = { ...run.evaluation, classCount };
  const predictions = predictClasses(probabilities);
  const confusion = confusionMatrix(predictions, classCount);
  return { ...run, probabilities, predictions, confusion };
}

/** The result of a run that has ended well. */
export interface RunResult {
  readonly folder: string;
  /** The final model's metrics, keyed by column: `loss`, …, `val_loss`, … */
  readonly metrics: Readonly<Record<string, number>>;
  /** The reason why the run was stopped before its last phase ended; `null` if it was not. */
  readonly stopped: string | null;
}
