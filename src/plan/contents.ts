import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { contentHash } from '../cache/hash.ts';
import { isUrl } from '../data/files/source.ts';
import type { BackboneConfig, DataConfig, Experiment } from '../experiment/experiment.ts';

/** What the local files of an experiment hold, as hashes; `null` where it names none that is there. */
export interface Contents {
  /** Of `data.source`. */
  readonly data: string | null;
  /** Of the file that `model.backbone.weights` names. */
  readonly weights: string | null;
  /** Of the model that `model.backbone.model` or `run` names. */
  readonly model: string | null;
}

/** @param model path of the model that the backbone is from. */
export async function readContents(
  { data, model: { backbone } }: Experiment,
  model: string | null,
): Promise<Contents> {
  return {
    data: await asked(dataFiles(data)),
    weights: await asked(weightFiles(backbone)),
    model: await asked(model === null ? Promise.resolve([]) : modelFiles(model)),
  };
}

/** Asked once a process: runs of a sweep share their files, and those must not change under them. */
const known = new Map<string, Promise<string | null>>();

async function asked(listing: Promise<readonly string[]>): Promise<string | null> {
  const paths = await listing;
  if (paths.length === 0) return null;
  const key = JSON.stringify(paths);
  const hash = known.get(key) ?? contentHash(paths);
  known.set(key, hash);
  return hash;
}

/** A table is worth what it says and the images that it names. */
async function dataFiles({ source }: DataConfig): Promise<readonly string[]> {
  if (source === null || isUrl(source)) return [];
  if (!/\.csv$/i.test(source)) return [source];
  const { labelByTable } = await import('../data/datasets/csv.ts');
  try {
    const { train, test } = await labelByTable(await readFile(source, 'utf8'), source);
    const images = [...train, ...(test ?? [])].map(({ path }) => resolve(dirname(source), path));
    return [source, ...images];
  } catch {
    // Whoever loads the data says what is wrong with the table.
    return [source];
  }
}

async function weightFiles({ weights }: BackboneConfig): Promise<readonly string[]> {
  if (weights === null || weights === 'imagenet' || weights === 'random' || isUrl(weights))
    return [];
  return modelFiles(weights);
}

/** A tfjs model's weights are in files beside it. */
async function modelFiles(path: string): Promise<readonly string[]> {
  if (!path.endsWith('.json')) return [path];
  const { shardPaths } = await import('../model/weights/tfjs.ts');
  try {
    const shards = shardPaths(await readFile(path, 'utf8'), path);
    return [path, ...shards.map((shard) => join(dirname(path), shard))];
  } catch {
    // Whoever loads the model says what is wrong with it.
    return [path];
  }
}
