import { dirname, join } from 'node:path';
import { cachedFilePath } from '../../cache/cache-folder.ts';
import { download } from '../../cache/download.ts';
import { InputError } from '../../common/errors.ts';
import { isUrl } from '../../data/files/source.ts';
import type { BackboneConfig } from '../../experiment/experiment.ts';
import { type DownloadContext, downloadWeightFile, imagenetWeights } from './imagenet.ts';
import { readModelJson, shardPaths } from './tfjs.ts';

interface ResolveContext extends DownloadContext {
  /** The file of the model of `model` or `run`; `null` for other backbones. */
  readonly source: string | null;
}

/**
 * Returns the path of the file with the initial weights of a backbone, and downloads it if necessary; `null` if they are
 * random.
 *
 * @throws InputError if there are no such weights; RunError if they cannot be downloaded.
 */
export async function resolveWeights(
  { from, weights, inputShape }: BackboneConfig,
  context: ResolveContext,
): Promise<string | null> {
  if (weights === 'random') return null;
  if (weights === null) return context.source;
  if (weights === 'imagenet') {
    if (from.kind === 'named') return imagenetWeights({ ...from, inputShape }, context);
    throw new InputError(
      `ImageNet weights exist only for a backbone with a name. Received: a backbone from ${from.kind}`,
    );
  }
  return isUrl(weights) ? downloadWeights(weights, context) : weights;
}

/** Downloads to a folder of the cache for this URL. The shards of a tfjs model are saved beside its `model.json`. */
async function downloadWeights(url: string, { report, signal }: ResolveContext): Promise<string> {
  const to = cachedFilePath('weights', url);
  await downloadWeightFile({ url, hash: null, to, report, signal });
  if (!to.endsWith('.json')) return to;
  for (const shard of shardPaths(await readModelJson(to), url)) {
    const shardUrl = new URL(shard.split('/').map(encodeURIComponent).join('/'), url).href;
    await download({ url: shardUrl, hash: null, to: join(dirname(to), shard), report, signal });
  }
  return to;
}
