import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { cachedFilePath } from '../../cache/cache-folder.ts';
import { type Download, download } from '../../cache/download.ts';
import type { Hash } from '../../cache/hash.ts';
import { InputError, RunError } from '../../common/errors.ts';
import { isUrl } from '../../data/files/source.ts';
import type { BackboneConfig } from '../../experiment/experiment.ts';
import { detectFormat } from './open.ts';
import { readModelJson, shardPaths } from './tfjs.ts';

interface ResolveContext {
  /** The file of the model of `model` or `run`; `null` for other backbones. */
  readonly source: string | null;
  readonly report: (message: string) => void;
  readonly signal: AbortSignal;
  /** The server of keras.applications, with a slash at the end. */
  readonly kerasApplications?: string;
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
    if (from.kind === 'named') return downloadImagenet({ ...from, inputShape }, context);
    throw new InputError(
      `ImageNet weights exist only for a backbone with a name. Received: a backbone from ${from.kind}`,
    );
  }
  return isUrl(weights) ? downloadWeights(weights, context) : weights;
}

/** Downloads to the folder of Keras under the name that Keras uses, so that both share the file. */
function downloadImagenet(
  model: Parameters<typeof imagenetFile>[0],
  { report, signal, kerasApplications = KERAS_APPLICATIONS }: ResolveContext,
): Promise<string> {
  const { file, folder, hash } = imagenetFile(model);
  const url = `${kerasApplications}${folder}${file}`;
  return downloadChecked({ url, hash, to: join(kerasModels(), file), report, signal });
}

/** Downloads to a folder of the cache for this URL. The shards of a tfjs model are saved beside its `model.json`. */
async function downloadWeights(url: string, { report, signal }: ResolveContext): Promise<string> {
  const to = cachedFilePath('weights', url);
  await downloadChecked({ url, hash: null, to, report, signal });
  if (!to.endsWith('.json')) return to;
  for (const shard of shardPaths(await readModelJson(to), url)) {
    const shardUrl = new URL(shard.split('/').map(encodeURIComponent).join('/'), url).href;
    await download({ url: shardUrl, hash: null, to: join(dirname(to), shard), report, signal });
  }
  return to;
}

/** Deletes a download that is not a weight file, such as the sign-in page of a network. */
async function downloadChecked(wanted: Download): Promise<string> {
  const path = await download(wanted);
  await detectFormat(path).catch(async (error: Error) => {
    await rm(path);
    throw new RunError(`${wanted.url} is not a weight file, and was deleted: ${error.message}`);
  });
  return path;
}

/** A weight file of keras.applications without the top. */
interface ImagenetFile {
  readonly file: string;
  /** Below {@link KERAS_APPLICATIONS}. */
  readonly folder: string;
  /** The hash in the sources of Keras; `null` for the MobileNets, which have none. */
  readonly hash: Hash | null;
}

/** The properties of a backbone that decide which file is used. */
interface ImagenetModel {
  readonly name: string;
  readonly alpha: number;
  readonly inputShape: readonly number[] | null;
}

export const KERAS_APPLICATIONS = 'https://storage.googleapis.com/';

/** The files that Keras loads for `weights="imagenet", include_top=False`. */
const IMAGENET_FILES: Readonly<Record<string, (model: ImagenetModel) => ImagenetFile>> = {
  vgg16: () => tfKernels('vgg16', 'vgg16', 'md5:6d6bbae143d832006294945121d1f1fc'),
  vgg19: () => tfKernels('vgg19', 'vgg19', 'md5:253f8cb515780f3b799900260a226db6'),
  resnet50: () => tfKernels('resnet', 'resnet50', 'md5:4d473c1dd8becc155b73f8504c6f6626'),
  resnet50v2: () => tfKernels('resnet', 'resnet50v2', 'md5:fac2f116257151a9d068a22e544a4917'),
  mobilenet(model) {
    const alpha = alphaOf(model, { 0.25: '2_5', 0.5: '5_0', 0.75: '7_5', 1: '1_0' });
    const rows = rowsOf(model, [128, 160, 192, 224]);
    const file = `mobilenet_${alpha}_${rows}_tf_no_top.h5`;
    return { file, folder: 'tensorflow/keras-applications/mobilenet/', hash: null };
  },
  mobilenetV2(model) {
    const known = { 0.35: '0.35', 0.5: '0.5', 0.75: '0.75', 1: '1.0', 1.3: '1.3', 1.4: '1.4' };
    const alpha = alphaOf(model, known);
    const rows = rowsOf(model, [96, 128, 160, 192, 224]);
    const file = `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${alpha}_${rows}_no_top.h5`;
    return { file, folder: 'tensorflow/keras-applications/mobilenet_v2/', hash: null };
  },
  efficientnetB0: () => ({
    file: 'efficientnetb0_notop.h5',
    folder: 'keras-applications/',
    hash: 'md5:50bc09e76180e00e4465e1a485ddc09d',
  }),
};

/** @throws InputError if keras.applications has no ImageNet weights for the model. */
export function imagenetFile(model: ImagenetModel): ImagenetFile {
  const file = IMAGENET_FILES[model.name];
  if (file) return file(model);
  throw new InputError(
    `there are no ImageNet weights for the backbone ${model.name}, only for ${Object.keys(IMAGENET_FILES).join(', ')}`,
  );
}

/** Returns the folder in which Keras stores these files: `$KERAS_HOME/models`, or `~/.keras/models`. */
function kerasModels(): string {
  return join(process.env.KERAS_HOME ?? join(homedir(), '.keras'), 'models');
}

function tfKernels(folder: string, name: string, hash: Hash): ImagenetFile {
  return {
    file: `${name}_weights_tf_dim_ordering_tf_kernels_notop.h5`,
    folder: `tensorflow/keras-applications/${folder}/`,
    hash,
  };
}

function alphaOf({ name, alpha }: ImagenetModel, known: Readonly<Record<number, string>>): string {
  const text = known[alpha];
  if (text !== undefined) return text;
  const widths = Object.keys(known).map(Number);
  throw new InputError(
    `ImageNet weights of ${name} exist for alpha ${widths.sort((a, b) => a - b).join(', ')}. Received: ${alpha}`,
  );
}

/** Returns the size of the images with which the weights were trained: that of the input, or else 224. */
function rowsOf({ inputShape }: ImagenetModel, known: readonly number[]): number {
  const [height = 0, width] = inputShape ?? [];
  return height === width && known.includes(height) ? height : 224;
}
