import {
  type ClassificationReport,
  type ClassProbabilities,
  classificationReport,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  type Prediction,
  predictClasses,
} from '../analysis/classification.ts';
import type { Dataset, Images } from '../data/dataset.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { SummaryMetric } from '../experiment/metrics.ts';
import type { EpochRecord, Evaluation, PhaseBegin, PhaseEnd } from '../train/callbacks.ts';
import type { MemorySummary } from './memory.ts';

/** The evaluation of a run's final model. */
interface RunEvaluation {
  readonly experiment: Experiment;
  readonly data: Dataset;
  readonly epochs: readonly EpochRecord[];
  readonly evaluation: Evaluation;
}

/** Labelled images and a model's predictions for them, with everything that tables and charts derive from both. */
export interface ClassifiedSplit {
  readonly classNames: readonly string[];
  readonly images: Images;
  readonly probabilities: ClassProbabilities & { readonly probabilities: Float32Array };
  /** One for each image. */
  readonly predictions: readonly Prediction[];
  /** Rows are true classes. */
  readonly confusion: readonly (readonly number[])[];
  /** Its macro average is that of the classes that have images. */
  readonly report: ClassificationReport;
}

/** A run's evaluation on its validation images. */
export interface EvaluatedRun extends RunEvaluation, ClassifiedSplit {}

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
  const { classNames, validation } = run.data;
  return { ...run, ...classifySplit(classNames, validation, run.evaluation.probabilities) };
}

/** @param probabilities row-major, one for each image and class. */
export function classifySplit(
  classNames: readonly string[],
  images: Images,
  probabilities: Float32Array,
): ClassifiedSplit {
  const classCount = classNames.length;
  const classified = { labels: images.labels, probabilities, classCount };
  const predictions = predictClasses(classified);
  const confusion = confusionMatrix(predictions, classCount);
  const report = classificationReport(confusion, ({ support }) => support > 0);
  return { classNames, images, probabilities: classified, predictions, confusion, report };
}

/** The metrics that predictions alone determine. */
export function classificationMetrics({ probabilities, predictions, report }: ClassifiedSplit) {
  return {
    accuracy: report.accuracy,
    macroF1: report.macroAverage.f1,
    logLoss: logLoss(probabilities),
    expectedCalibrationError: expectedCalibrationError(predictions),
  } satisfies Record<SummaryMetric | 'accuracy', number>;
}

/** The result of a run that has ended well. */
export interface RunResult {
  readonly folder: string;
  /** The final model's metrics, keyed by column: `loss`, …, `val_loss`, … */
  readonly metrics: Readonly<Record<string, number>>;
  /** The reason why the run was stopped before its last phase ended; `null` if it was not. */
  readonly stopped: string | null;
}
