import { basename, dirname, resolve } from 'node:path';
import type { DiffedRun } from '../analysis/diff.ts';
import { flatSettings } from '../analysis/settings.ts';
import type { Json } from '../common/json.ts';
import { toColumns } from '../experiment/metrics.ts';
import { type Environment, readEnvironment } from '../run-folder/environment.ts';
import { type ModelEvaluation, readEvaluation } from '../run-folder/evaluation.ts';
import {
  readResolved,
  readResolvedText,
  readSettings,
  seedOfReplicate,
} from '../run-folder/experiment-files.ts';
import { bestEpoch, monitorOf, readMetricsCsv } from '../run-folder/metrics-csv.ts';
import { readPredictions } from '../run-folder/predictions.ts';
import { readingRun, UnreadableFileError } from '../run-folder/run-file.ts';
import { runName } from '../run-folder/run-folder.ts';
import { readStatus } from '../run-folder/status.ts';
import { readFinalValidation, readSummary, type Summary } from '../run-folder/summary.ts';
import { findRun } from './find.ts';
import { listRuns } from './places.ts';

/** The parts of environment.json that can change a result. */
const RELEVANT = /^(cifarRun|node|engine|machine\.cpu|gitCommit)/;
/** The digits of a hash that people compare. */
const DIGITS = 12;

/**
 * Reads a run, or an evaluation of a model on other images, for a comparison with another.
 * @param reference the name of a run, or the folder of an evaluation.
 * @param runs folder of all runs.
 * @throws InputError if there is neither; UnreadableFileError.
 */
export async function readDiffed(reference: string, runs: string): Promise<DiffedRun> {
  const evaluation = await readEvaluation(reference);
  if (evaluation === null) return readDiffedRun(await findRun(reference, runs));
  return readingRun(reference, () => readEvaluated(reference, evaluation));
}

/** Reads a run for a comparison with another. @throws UnreadableFileError */
export function readDiffedRun(folder: string): Promise<DiffedRun> {
  return readingRun(folder, () => readRun(folder));
}

async function readEvaluated(
  folder: string,
  { model, data, metrics, images, evaluated }: ModelEvaluation,
): Promise<DiffedRun> {
  return {
    name: folder,
    state: 'finished',
    settings: { model, ...flatSettings({ data }) },
    inputs: { images },
    environment: {},
    epochs: {},
    metrics: withPrefix('model', toColumns({ validation: metrics })),
    curves: {},
    predictions: await readPredictions(folder),
    images: { data: evaluated.pixels, validation: evaluated },
    replicates: new Map(),
  };
}

async function readRun(folder: string): Promise<DiffedRun> {
  const environment = await readEnvironment(folder);
  const epochs = await readMetricsCsv(folder);
  const lastPhase = (await readResolved(folder))?.phases.at(-1) ?? {};
  const best = bestEpoch(epochs, lastPhase);
  const values = epochs.map((epoch) => toColumns(epoch));
  return {
    name: runName(folder),
    state: (await readStatus(folder))?.state ?? 'interrupted',
    settings: await readSettings(folder),
    inputs: inputsOf(environment, await readSummary(folder)),
    environment: environment ? relevantFacts(environment) : {},
    epochs: { epochs: epochs.length, [`best by ${monitorOf(lastPhase)}`]: best?.epoch ?? 0 },
    metrics: {
      ...withPrefix('model', await readFinalValidation(folder)),
      ...withPrefix('best', best ? toColumns(best) : {}),
      ...withPrefix('last', values.at(-1) ?? {}),
    },
    curves: curvesOf(values),
    predictions: await readPredictions(folder),
    images: environment && {
      data: environment.dataHash,
      validation: environment.validation ?? null,
    },
    replicates: await readReplicates(folder),
  };
}

function inputsOf(environment: Environment | null, summary: Summary | null): Record<string, Json> {
  const short = (hash: string) => hash.slice(0, DIGITS);
  const weights = Object.entries(environment?.weightHashes ?? {});
  return {
    ...(environment && { 'data (SHA-256)': short(environment.dataHash) }),
    ...(summary && { 'training images': summary.images.train }),
    ...(summary && { 'validation images': summary.images.validation }),
    ...Object.fromEntries(
      weights.map(([path, hash]) => [`${basename(path)} (SHA-256)`, short(hash)]),
    ),
  };
}

function relevantFacts(environment: Environment): Record<string, Json> {
  const facts = Object.entries(flatSettings(environment as unknown as Json))
    .filter(([name]) => RELEVANT.test(name))
    .map(([name, value]) => [name, name === 'gitCommit' ? shortCommit(value) : value]);
  return Object.fromEntries(facts);
}

/** `275a1d36862e`, `275a1d36862e-dirty` */
function shortCommit(commit: Json): Json {
  return typeof commit === 'string' ? commit.replace(/(?<=^.{12})[0-9a-f]+/, '') : commit;
}

function curvesOf(epochs: readonly Record<string, number>[]): Record<string, number[]> {
  return Object.fromEntries(
    Object.keys(epochs[0] ?? {}).map((name) => [
      name,
      epochs.map((epoch) => epoch[name] ?? Number.NaN),
    ]),
  );
}

function withPrefix(prefix: string, values: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]),
  );
}

/**
 * Reads the final validation metrics of a run, and of the finished runs beside it that differ only in their seed. The
 * latest run of each seed counts: repetitions show no noise.
 */
async function readReplicates(folder: string): Promise<DiffedRun['replicates']> {
  const resolved = await readResolvedText(folder);
  const seedOf = seedOfReplicate(resolved ?? '');
  const seed = seedOf(resolved ?? '');
  if (seed === null) return new Map();
  const experiment = dirname(resolve(folder));
  const bySeed = new Map([[seed, await readFinalValidation(folder)]]);
  for (const { path } of (await listRuns(dirname(experiment), basename(experiment))).reverse()) {
    const otherSeed = seedOf((await readResolvedText(path)) ?? '');
    if (otherSeed === null || bySeed.has(otherSeed)) continue;
    const metrics = await readIfFinished(path).catch(ifUnreadable);
    if (metrics) bySeed.set(otherSeed, metrics);
  }
  return bySeed;
}

async function readIfFinished(folder: string): Promise<Record<string, number> | null> {
  const isFinished = (await readStatus(folder))?.state === 'finished';
  return isFinished ? readFinalValidation(folder) : null;
}

/** A run with unreadable files is no replicate. */
function ifUnreadable(error: unknown): null {
  if (error instanceof UnreadableFileError) return null;
  throw error;
}
