import { formatDuration } from '../common/format.ts';
import { formatMetric, parseColumn, toColumns, VALIDATION_LOSS } from '../experiment/metrics.ts';
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
    step: (progress) => step.report(fitLine(stepParts(progress), step)),
    // Returning a value would stop training.
    epochEnd(record) {
      step.note(fitLine(epochParts(record), step));
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

/**
 * A part of a line, and how easily a narrow terminal does without it. Parts of rank 0 always stay: they say where the
 * run is.
 */
type Part = readonly [text: string, rank: number];

function stepParts(at: StepProgress): Part[] {
  const batchesLeft = (at.phaseEpochs - at.phaseEpoch + 1) * at.batches - at.batch;
  return [
    [`${at.phase}: epoch ${at.phaseEpoch} of ${at.phaseEpochs}`, 0],
    [`${Math.floor((100 * at.batch) / at.batches)} %`, 0],
    ...metricParts(at.metrics),
    [`${count(Math.round(at.imagesPerSecond))} images/s`, 5],
    ...waitingPart(`${Math.round(100 * at.waitingShare)} %`, at.waitingShare),
    [`${formatDuration(at.secondsPerBatch * batchesLeft)} left`, 0],
  ];
}

function epochParts(record: EpochRecord): Part[] {
  const { phase, phaseEpoch, imagesPerSecond, seconds, waitingSeconds } = record;
  return [
    [`${phase}: epoch ${phaseEpoch}`, 0],
    ...metricParts(toColumns(record)),
    [`${count(Math.round(imagesPerSecond))} images/s`, 5],
    [formatDuration(seconds), 1],
    ...waitingPart(`of which ${formatDuration(waitingSeconds)}`, waitingSeconds / seconds),
  ];
}

function waitingPart(waiting: string, share: number): Part[] {
  return share > MIN_WAITING ? [[`${waiting} waiting for images`, 5]] : [];
}

/** The loss and the first metric matter most, those of the validation images more. */
function metricParts(metrics: Readonly<Record<string, number>>): Part[] {
  const columns = Object.keys(metrics).map((column) => ({ column, ...parseColumn(column) }));
  const first = columns.find(({ metric }) => metric !== 'loss')?.metric ?? 'loss';
  return columns.map(({ column, metric, split }) => {
    const rank = metric === first ? 0 : metric === 'loss' ? 1 : 6;
    return [
      `${column} ${formatMetric(column, metrics[column] ?? null)}`,
      split === 'train' && VALIDATION_LOSS in metrics ? rank + 3 : rank,
    ];
  });
}

/** Joins parts, without the least important ones if the line would wrap. */
function fitLine(parts: readonly Part[], { screen }: Step): string {
  const width = screen?.().columns ?? Number.POSITIVE_INFINITY;
  let kept = parts;
  const line = () => kept.map(([text]) => text).join('  ');
  while (line().length > width) {
    const least = Math.max(...kept.map(([, rank]) => rank));
    if (least === 0) break;
    const last = kept.findLastIndex(([, rank]) => rank === least);
    kept = kept.filter((_, i) => i !== last);
  }
  return line();
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
