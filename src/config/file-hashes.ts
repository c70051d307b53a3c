import { dirname, join, resolve } from 'node:path';
import { contentHash } from '../cache/hash.ts';
import { readRegularFile } from '../common/files.ts';
import { isUrl } from '../data/files/source.ts';
import { MAX_FILE_BYTES } from '../data/files/tree.ts';
import type { BackboneConfig, DataConfig, Experiment } from '../experiment/experiment.ts';

/** Hashes of the local files that an experiment names; `null` if it names none, or the file does not exist. */
export interface FileHashes {
  /** Hash of `data.source`. */
  readonly data: string | null;
  /** Hash of the file of `model.backbone.weights`. */
  readonly weights: string | null;
  /** Hash of the model of `model.backbone.model` or `run`. */
  readonly model: string | null;
}

export const NO_FILES: FileHashes = { data: null, weights: null, model: null };

/**
 * Hashes the local files of an experiment.
 * @param model path of the model of `model.backbone.model` or `run`.
 */
export async function hashFiles(
  { data, model: { backbone } }: Experiment,
  model: string | null,
): Promise<FileHashes> {
  return {
    data: await hashOnce(await dataFiles(data)),
    weights: await hashOnce(await weightFiles(backbone)),
    model: await hashOnce(model === null ? [] : await modelFiles(model)),
  };
}

/** Files are hashed once a process: the trials of a sweep share them. */
const hashes = new Map<string, Promise<string | null>>();

async function hashOnce(paths: readonly string[]): Promise<string | null> {
  if (paths.length === 0) return null;
  const key = JSON.stringify(paths);
  const hash = hashes.get(key) ?? contentHash(paths);
  hashes.set(key, hash);
  return hash;
}

/** The content of a table includes the images that it names. */
async function dataFiles({ source }: DataConfig): Promise<readonly string[]> {
  if (source === null || isUrl(source)) return [];
  if (!/\.csv$/i.test(source)) return [source];
  const { labelByTable } = await import('../data/datasets/csv.ts');
  try {
    const { train, test } = await labelByTable(
      await readRegularFile(source, MAX_FILE_BYTES),
      source,
    );
    const images = [...train, ...(test ?? [])].map(({ path }) => resolve(dirname(source), path));
    return [source, ...images];
  } catch {
    // Loading the data reports errors of the table.
    return [source];
  }
}

async function weightFiles({ weights }: BackboneConfig): Promise<readonly string[]> {
  const isFile = weights !== null && weights !== 'imagenet' && weights !== 'random';
  return isFile && !isUrl(weights) ? modelFiles(weights) : [];
}

/** The weights of a tfjs model are in files beside it. */
async function modelFiles(path: string): Promise<readonly string[]> {
  if (!path.endsWith('.json')) return [path];
  const { readModelJson, shardPaths } = await import('../model/weights/tfjs.ts');
  try {
    const shards = shardPaths(await readModelJson(path), path);
    return [path, ...shards.map((shard) => join(dirname(path), shard))];
  } catch {
    // Loading the model reports its errors.
    return [path];
  }
}
