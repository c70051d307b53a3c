import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../../cache/cache-folder.ts';
import { type Download, download } from '../../cache/download.ts';
import { InputError, RunError } from '../../common/errors.ts';
import type { BackboneConfig } from '../../experiment/experiment.ts';
import { formatOf } from './formats.ts';
import { imagenetFile, KERAS_APPLICATIONS, kerasModels } from './imagenet.ts';
import { shardPaths } from './tfjs.ts';

export interface ResolveContext {
  /** The file of the model that `model` or `run` names; `null` for other backbones. */
  readonly source: string | null;
  readonly report: (message: string) => void;
  readonly signal: AbortSignal;
  /** Where keras.applications' files come from; with a slash at the end. */
  readonly kerasApplications?: string;
}

/**
 * Path of the file that a backbone's first weights are in, fetched where need be; `null` when they are
 * random.
 *
 * @throws InputError when there are no such weights; RunError when they cannot be fetched.
 */
export async function resolveWeights(
  { from, weights, inputShape }: BackboneConfig,
  context: ResolveContext,
): Promise<string | null> {
  if (weights === 'random') return null;
  if (weights === null) return context.source;
  if (weights === 'imagenet') {
    if (from.kind === 'named') return fetchImagenet({ ...from, inputShape }, context);
    throw new InputError(
      `ImageNet weights belong to a named backbone. Received: a backbone from ${from.kind}`,
    );
  }
  return /^https?:/.test(weights) ? fetchWeights(weights, context) : weights;
}

/** To Keras' own folder, under Keras' own name, so that each finds what the other has fetched. */
function fetchImagenet(
  model: Parameters<typeof imagenetFile>[0],
  { report, signal, kerasApplications = KERAS_APPLICATIONS }: ResolveContext,
): Promise<string> {
  const { file, folder, hash } = imagenetFile(model);
  const url = `${kerasApplications}${folder}${file}`;
  return fetchChecked({ url, hash, to: join(kerasModels(), file), report, signal });
}

/** One folder of the cache for each URL; a tfjs model's shards go beside its `model.json`. */
async function fetchWeights(url: string, { report, signal }: ResolveContext): Promise<string> {
  const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
  const name = basename(new URL(url).pathname);
  const to = join(cacheFolder(), 'weights', key, name);
  await fetchChecked({ url, hash: null, to, report, signal });
  if (!name.endsWith('.json')) return to;
  for (const shard of shardPaths(await readFile(to, 'utf8'), url)) {
    const shardUrl = new URL(shard, url).href;
    await download({ url: shardUrl, hash: null, to: join(dirname(to), shard), report, signal });
  }
  return to;
}

/** Without a hash to go by, what is no weight file at all, such as a network's sign-in page, is not kept. */
async function fetchChecked(wanted: Download): Promise<string> {
  const path = await download(wanted);
  await formatOf(path).catch(async (error: Error) => {
    await rm(path);
    throw new RunError(`${wanted.url} gave something else, which was removed: ${error.message}`);
  });
  return path;
}
