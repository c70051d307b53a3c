import { toColumns } from '../experiment/metrics.ts';
import type { EpochRecord, PhaseBegin } from '../train/callbacks.ts';
import { classificationMetrics, type FinishedRun } from './finished-run.ts';
import type { MemorySummary } from './memory.ts';
import { bestEpoch, monitorOf, totalSeconds } from './metrics-csv.ts';
import { JsonFile } from './run-file.ts';

/** The content of summary.json: a finished run in numbers. Numbers that are not finite are `null`. */
export interface Summary {
  readonly id: string;
  readonly name: string;
  readonly seed: number;
  /** The number of classes. */
  readonly classes: number;
  readonly images: ImageCounts;
  /** Count of all the model's weights. */
  readonly parameters: number;
  readonly epochs: number;
  readonly steps: number;
  readonly seconds: number;
  readonly memory: MemorySummary | null;
  /** The operations that may give other last digits at each run; `undefined` in runs of early versions. */
  readonly nondeterministicOperations?: readonly string[];
  /** The final model's metrics on the validation split. */
  readonly validation: Readonly<Record<string, number | null>>;
  readonly phases: readonly PhaseSummary[];
}

/** Numbers of images: of the training split, of the validation split, and unreadable ones. */
export interface ImageCounts {
  readonly train: number;
  readonly validation: number;
  readonly broken: number;
}

export interface PhaseSummary
  extends Pick<PhaseBegin, 'features' | 'trainableParameters' | 'frozenParameters'> {
  readonly name: string;
  readonly epochs: number;
  /** The reason for an early stop; `null` if there was none. */
  readonly stoppedEarly: string | null;
  /** The epoch within the phase whose weights the model kept. */
  readonly keptEpoch: number;
  readonly seconds: number;
  /** The best epoch, its values keyed by column, and the column that ranks the epochs. */
  readonly best: Readonly<Record<string, number | string>> | null;
  readonly last: Readonly<Record<string, number>> | null;
}

const SUMMARY = new JsonFile<Summary>('summary.json', {
  version: 1,
  keys: ['validation', 'images', 'phases'],
});

/** A sentence on operations whose results may differ from run to run. */
export function nondeterminism(operations: readonly string[]): string {
  return (
    `${operations.join(', ')} have no deterministic kernel for GPUs: ` +
    'a repeated run may differ in the last digits'
  );
}

/** Reads summary.json; `null` if there is none. @throws UnreadableFileError */
export function readSummary(folder: string): Promise<Summary | null> {
  return SUMMARY.read(folder);
}

/**
 * Reads the final model's validation metrics from summary.json, keyed by column: `val_loss`, …; empty if there is no
 * file.
 */
export async function readFinalValidation(folder: string): Promise<Record<string, number>> {
  const { validation = {} } = (await readSummary(folder)) ?? {};
  const finite = Object.entries(validation).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  return toColumns({ validation: Object.fromEntries(finite) });
}

export async function writeSummary(folder: string, run: FinishedRun): Promise<void> {
  const { experiment, data, epochs, evaluation } = run;
  await SUMMARY.write(folder, {
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
    seconds: totalSeconds(epochs),
    memory: run.memory,
    nondeterministicOperations: run.nondeterministicOperations,
    validation: { ...evaluation.metrics, ...classificationMetrics(run) },
    phases: run.phases.map((phase) => summarizePhase(phase, epochs)),
  });
}

function summarizePhase(
  { phase, ...outcome }: FinishedRun['phases'][number],
  epochs: readonly EpochRecord[],
): PhaseSummary {
  const own = epochs.filter((record) => record.phase === phase.name);
  const best = bestEpoch(own, phase);
  const last = own.at(-1);
  return {
    name: phase.name,
    epochs: own.length,
    stoppedEarly: outcome.stoppedEarly,
    keptEpoch: outcome.keptEpoch,
    trainableParameters: outcome.trainableParameters,
    frozenParameters: outcome.frozenParameters,
    features: outcome.features,
    seconds: totalSeconds(own),
    best: best && { monitor: monitorOf(phase), ...valuesOf(best) },
    last: last ? valuesOf(last) : null,
  };
}

function valuesOf(record: EpochRecord): Record<string, number> {
  return { phaseEpoch: record.phaseEpoch, ...toColumns(record) };
}
