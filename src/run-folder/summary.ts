import {
  classificationReport,
  expectedCalibrationError,
  logLoss,
} from '../analysis/classification.ts';
import type { PhaseConfig } from '../experiment/experiment.ts';
import { bestOf, toColumns, VALIDATION_LOSS } from '../experiment/metrics.ts';
import type { EpochRecord } from '../train/callbacks.ts';
import type { FinishedRun } from './finished-run.ts';

/** What tables of many runs show of this one; a number that is none is `null`. */
export function summaryJson(run: FinishedRun): string {
  const { experiment, data, epochs, evaluation } = run;
  const { accuracy, macroAverage } = classificationReport(run.confusion);
  const summary = {
    id: run.id,
    name: experiment.name,
    seed: experiment.seed,
    classes: data.classNames.length,
    images: {
      train: data.train.labels.length,
      validation: data.validation.labels.length,
      broken: data.broken.length,
    },
    parameters: run.parameters,
    epochs: epochs.length,
    steps: epochs.at(-1)?.step ?? 0,
    seconds: seconds(epochs),
    memory: run.memory,
    /** Of the finished model on the validation images. */
    validation: {
      ...evaluation.metrics,
      accuracy,
      macroF1: macroAverage.f1,
      logLoss: logLoss(run.answers),
      expectedCalibrationError: expectedCalibrationError(run.predictions),
    },
    phases: run.phases.map(({ phase, ...ended }) => {
      const own = epochs.filter((record) => record.phase === phase.name);
      return {
        name: phase.name,
        epochs: own.length,
        stoppedEarly: ended.stoppedEarly,
        keptEpoch: ended.keptEpoch,
        trainableParameters: ended.trainableParameters,
        frozenParameters: ended.frozenParameters,
        features: ended.features,
        seconds: seconds(own),
        best: best(own, phase),
        last: flat(own.at(-1)),
      };
    }),
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

function seconds(epochs: readonly EpochRecord[]): number {
  return epochs.reduce((total, epoch) => total + epoch.seconds, 0);
}

/** By what early stopping watches, else by the validation loss. */
function best(epochs: readonly EpochRecord[], phase: PhaseConfig) {
  const first = bestEpoch(epochs, phase);
  return first
    ? { monitor: phase.earlyStopping?.monitor ?? VALIDATION_LOSS, ...flat(first) }
    : null;
}

/** Of a phase's epochs the one that its early stopping would keep; without it, that of the least validation loss. */
export function bestEpoch(
  epochs: readonly EpochRecord[],
  { earlyStopping }: PhaseConfig,
): EpochRecord | null {
  const { monitor, goal } = earlyStopping ?? { monitor: VALIDATION_LOSS, goal: 'minimize' };
  return bestOf(epochs, goal, (record) => toColumns(record)[monitor]) ?? null;
}

function flat(record: EpochRecord | undefined) {
  return record ? { phaseEpoch: record.phaseEpoch, ...toColumns(record) } : null;
}
