import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { DiffedRun } from '../analysis/diff.ts';
import type { ImageSet } from '../analysis/image-set.ts';
import { flatSettings } from '../analysis/settings.ts';
import type { Json } from '../common/json.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import { bestOf, metricOf, toColumns, VALIDATION_LOSS } from '../experiment/metrics.ts';
import { readMetricsCsv } from '../run-folder/metrics-csv.ts';
import { DamagedError, readRecord } from '../run-folder/read-record.ts';
import { readStatus } from '../run-folder/status.ts';
import { readAnswers } from './answers.ts';
import { finalValidation } from './find.ts';
import { runPlaces } from './places.ts';

/** Of environment.json what can change a result; the rest tells of when and where. */
const TELLING = /^(cifarRun|node|engine|machine\.cpu|gitCommit)/;
/** Of a hash as many digits as people compare. */
const DIGITS = 12;

interface Environment extends Record<string, Json> {
  readonly dataHash: string;
  readonly weightHashes: Readonly<Record<string, string>>;
}

interface Summary {
  readonly images: Readonly<Record<'train' | 'validation', number>>;
}

/** Reads of a run's folder what `diff` compares. @throws DamagedError when a file of it is not whole. */
export async function diffedRun(folder: string): Promise<DiffedRun> {
  const environment = await readRecord<Environment>(join(folder, 'environment.json'), 'dataHash');
  const summary = await readRecord<Summary>(join(folder, 'summary.json'), 'images');
  const experiment = await readResolved(join(folder, 'resolved.yaml'));
  const epochs = (await readMetricsCsv(join(folder, 'metrics.csv'))).map(toColumns);
  const monitor = experiment?.phases.at(-1)?.earlyStopping?.monitor ?? VALIDATION_LOSS;
  const best = bestEpoch(epochs, monitor);
  return {
    name: `${basename(dirname(resolve(folder)))}/${basename(folder)}`,
    state: (await readStatus(folder))?.state ?? 'interrupted',
    settings: flatSettings((experiment as unknown as Json) ?? {}),
    inputs: inputsOf(environment, summary),
    environment: Object.fromEntries(
      Object.entries(flatSettings(environment ?? {}))
        .filter(([name]) => TELLING.test(name))
        .map(([name, value]) => [name, name === 'gitCommit' ? shortCommit(value) : value]),
    ),
    epochs: { epochs: epochs.length, [`best by ${monitor}`]: best + 1 },
    metrics: {
      ...prefixed('model', await finalValidation(folder)),
      ...prefixed('best', epochs[best] ?? {}),
      ...prefixed('last', epochs.at(-1) ?? {}),
    },
    curves: curvesOf(epochs),
    answers: await readAnswers(folder),
    images: environment && imagesOf(environment),
    replicates: await replicatesOf(folder),
  };
}

async function readResolved(path: string): Promise<ExperimentFile | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  try {
    return text === null ? null : (parse(text) as ExperimentFile | null);
  } catch (error) {
    throw new DamagedError(`${path} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

function inputsOf(
  environment: Environment | null,
  summary: Summary | null,
): Readonly<Record<string, Json>> {
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

/** `275a1d36862e`, `275a1d36862e-dirty` */
function shortCommit(commit: Json): Json {
  return typeof commit === 'string' ? commit.replace(/(?<=^.{12})[0-9a-f]+/, '') : commit;
}

function imagesOf(environment: Environment): ImageSet {
  const { dataHash, validation = null } = environment;
  return { data: dataHash, validation: validation as ImageSet['validation'] };
}

/** Index of the best epoch; -1 where there is none. */
function bestEpoch(epochs: readonly Readonly<Record<string, number>>[], monitor: string): number {
  const best = bestOf([...epochs.keys()], metricOf(monitor).goal, (i) => epochs[i]?.[monitor]);
  return best ?? -1;
}

function curvesOf(epochs: readonly Record<string, number>[]): Record<string, number[]> {
  return Object.fromEntries(
    Object.keys(epochs[0] ?? {}).map((name) => [
      name,
      epochs.map((epoch) => epoch[name] ?? Number.NaN),
    ]),
  );
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]),
  );
}

/** `val_accuracy`, … of a finished run's model. */
export type Replicate = Readonly<Record<string, number>>;

/**
 * A run and those beside it that differ in nothing but their seed, finished ones alone; of one seed the
 * latest, since a repetition says nothing of the noise.
 */
export async function replicatesOf(folder: string): Promise<Replicate[]> {
  const own = await seedless(folder);
  if (own === null) return [];
  const experiment = dirname(resolve(folder));
  const bySeed = new Map<string, Replicate>([[own.seed, await finalValidation(folder)]]);
  for (const { path } of (await runPlaces(dirname(experiment), basename(experiment))).reverse()) {
    const other = await seedless(path);
    if (other?.rest !== own.rest || bySeed.has(other.seed)) continue;
    const metrics = await finished(path).catch(ifDamaged);
    if (metrics) bySeed.set(other.seed, metrics);
  }
  return [...bySeed.values()];
}

/** resolved.yaml is the same text for the same settings. */
async function seedless(folder: string): Promise<{ seed: string; rest: string } | null> {
  const text = await readFile(join(folder, 'resolved.yaml'), 'utf8').catch(() => null);
  const line = text === null ? null : /^seed: (.*)\n/m.exec(text);
  return text && line ? { seed: line[1] ?? '', rest: text.replace(line[0], '') } : null;
}

async function finished(folder: string): Promise<Replicate | null> {
  return (await readStatus(folder))?.state === 'finished' ? finalValidation(folder) : null;
}

/** Such a run says nothing of the others. */
function ifDamaged(error: unknown): null {
  if (error instanceof DamagedError) return null;
  throw error;
}
