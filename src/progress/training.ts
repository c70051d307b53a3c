import { formatDuration } from '../common/format.ts';
import { formatMetric, toColumns } from '../experiment/metrics.ts';
import {
  type EpochRecord,
  type FeaturesProgress,
  formatFeaturesUse,
  type StepProgress,
  type TrainingCallback,
} from '../train/callbacks.ts';
import type { Step } from './progress.ts';

/** Waiting for images is reported from this fraction of an epoch on. */
const MIN_WAITING = 0.1;

/** Displays the progress of training: phase, epoch, metrics, images per second, time left in the phase. */
export function trainingProgress(step: Step): TrainingCallback {
  return {
    features: (progress) => step.report(describeFeatures(progress)),
    note: (line) => step.note(line),
    phaseBegin({ phase, trainableParameters, frozenParameters, features }) {
      step.note(
        `${phase.name}: ${count(trainableParameters)} parameters to train, ${count(frozenParameters)} frozen`,
      );
      if (features) step.note(`${phase.name}: ${formatFeaturesUse(features)}`);
    },
    step: (progress) => step.report(describeStep(progress)),
    // Returning a value would stop training.
    epochEnd(record) {
      step.note(describeEpoch(record));
    },
    phaseEnd({ phase, stoppedEarly, keptEpoch }) {
      if (stoppedEarly) step.note(`${phase.name}: ${stoppedEarly}, epoch ${keptEpoch} kept`);
    },
  };
}

function describeFeatures(at: FeaturesProgress): string {
  return [
    `${at.phase}: features of ${at.split} images`,
    `${count(at.done)} of ${count(at.images)}`,
    `${count(Math.round(at.imagesPerSecond))} images/s`,
    `${formatDuration((at.images - at.done) / at.imagesPerSecond)} left`,
  ].join('  ');
}

function describeStep(at: StepProgress): string {
  const batchesLeft = (at.phaseEpochs - at.phaseEpoch + 1) * at.batches - at.batch;
  return [
    `${at.phase}: epoch ${at.phaseEpoch} of ${at.phaseEpochs}`,
    `${Math.floor((100 * at.batch) / at.batches)} %`,
    describeMetrics(at.metrics),
    `${count(Math.round(at.imagesPerSecond))} images/s`,
    ...(at.waitingShare > MIN_WAITING
      ? [`${Math.round(100 * at.waitingShare)} % waiting for images`]
      : []),
    `${formatDuration(at.secondsPerBatch * batchesLeft)} left`,
  ].join('  ');
}

function describeEpoch(record: EpochRecord): string {
  return [
    `${record.phase}: epoch ${record.phaseEpoch}`,
    describeMetrics(toColumns(record)),
    `${count(Math.round(record.imagesPerSecond))} images/s`,
    formatDuration(record.seconds),
    ...(record.waitingSeconds > MIN_WAITING * record.seconds
      ? [`of which ${formatDuration(record.waitingSeconds)} waiting for images`]
      : []),
  ].join('  ');
}

function describeMetrics(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${formatMetric(name, value)}`)
    .join('  ');
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
