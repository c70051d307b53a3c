import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Hash } from '../../cache/hash.ts';
import { InputError } from '../../common/errors.ts';

/** A weight file of keras.applications, without the top. */
export interface ImagenetFile {
  readonly file: string;
  /** Below {@link KERAS_APPLICATIONS}. */
  readonly folder: string;
  /** As Keras' sources give it; they give none for the MobileNets. */
  readonly hash: Hash | null;
}

/** Of what the file's choice depends on. */
export interface ImagenetModel {
  readonly name: string;
  readonly alpha: number;
  readonly inputShape: readonly number[] | null;
}

export const KERAS_APPLICATIONS = 'https://storage.googleapis.com/';

/** One line a backbone; each is what `weights="imagenet", include_top=False` loads in its Keras file. */
const files: Readonly<Record<string, (model: ImagenetModel) => ImagenetFile>> = {
  vgg16: () => kernels('vgg16', 'vgg16', 'md5:6d6bbae143d832006294945121d1f1fc'),
  vgg19: () => kernels('vgg19', 'vgg19', 'md5:253f8cb515780f3b799900260a226db6'),
  resnet50: () => kernels('resnet', 'resnet50', 'md5:4d473c1dd8becc155b73f8504c6f6626'),
  resnet50v2: () => kernels('resnet', 'resnet50v2', 'md5:fac2f116257151a9d068a22e544a4917'),
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

/** @throws InputError when keras.applications has no ImageNet weights for it. */
export function imagenetFile(model: ImagenetModel): ImagenetFile {
  const file = files[model.name];
  if (file) return file(model);
  throw new InputError(
    `there are no ImageNet weights for the backbone ${model.name}; there are for ${Object.keys(files).join(', ')}`,
  );
}

/** Where Keras keeps these files: `$KERAS_HOME/models`, or `~/.keras/models`. */
export function kerasModels(): string {
  return join(process.env.KERAS_HOME ?? join(homedir(), '.keras'), 'models');
}

function kernels(folder: string, name: string, hash: Hash): ImagenetFile {
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
    `there are ImageNet weights of ${name} for alpha ${widths.sort((a, b) => a - b).join(', ')}. Received: ${alpha}`,
  );
}

/** The weights depend on the size of the images that they were trained with; 224 stands in for others. */
function rowsOf({ inputShape }: ImagenetModel, known: readonly number[]): number {
  const [height = 0, width] = inputShape ?? [];
  return height === width && known.includes(height) ? height : 224;
}
