import type { Hash } from '../../cache/hash.ts';
import { InputError } from '../../common/errors.ts';

/** The properties of a backbone that decide which file is used. */
export interface ImagenetModel {
  readonly name: string;
  readonly alpha: number;
  readonly inputShape: readonly number[] | null;
}

/** A weight file of keras.applications without the top. */
export interface KerasFile {
  readonly file: string;
  /** Below {@link KERAS_APPLICATIONS}. */
  readonly folder: string;
  /** The hash in the sources of Keras; `null` for the MobileNets, which have none. */
  readonly hash: Hash | null;
}

export const KERAS_APPLICATIONS = 'https://storage.googleapis.com/';

/** The files that Keras loads for `weights="imagenet", include_top=False`. */
const KERAS_FILES: Readonly<Record<string, (model: ImagenetModel) => KerasFile>> = {
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
  mobilenetV3Small: (model) =>
    mobilenetV3('small', model, {
      0.75: 'md5:ebdb5cc8e0b497cd13a7c275d475c819',
      1: 'md5:d3e8ec802a04aa4fc771ee12a9a9b836',
    }),
  mobilenetV3Large: (model) =>
    mobilenetV3('large', model, {
      0.75: 'md5:40af19a13ebea4e2ee0c676887f69a2e',
      1: 'md5:07fb09a5933dd0c8eaafa16978110389',
    }),
  convNeXtTiny: () => ({
    file: 'convnext_tiny_notop.h5',
    folder: 'tensorflow/keras-applications/convnext/',
    hash: 'sha256:d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1',
  }),
  densenet121: () => tfKernels('densenet', 'densenet121', 'md5:30ee3e1110167f948a6b9946edeeb738'),
  efficientnetV2B0: () => efficientnetV2('b0', 'md5:893217f2bb855e2983157299931e43ff'),
  efficientnetV2B1: () => efficientnetV2('b1', 'md5:0e80663031ca32d657f9caa404b6ec37'),
  efficientnetV2B2: () => efficientnetV2('b2', 'md5:1dfe2e7a5d45b6632553a8961ea609eb'),
  efficientnetB0: () => efficientnet('b0', 'md5:50bc09e76180e00e4465e1a485ddc09d'),
  efficientnetB1: () => efficientnet('b1', 'md5:74c4e6b3e1f6a1eea24c589628592432'),
  efficientnetB2: () => efficientnet('b2', 'md5:111f8e2ac8aa800a7a99e3239f7bfb39'),
  efficientnetB3: () => efficientnet('b3', 'md5:af6d107764bb5b1abb91932881670226'),
};

/** Returns `null` if keras.applications has no such backbone. @throws InputError if it has no weights of this width. */
export function kerasFile(model: ImagenetModel): KerasFile | null {
  return KERAS_FILES[model.name]?.(model) ?? null;
}

function tfKernels(folder: string, name: string, hash: Hash): KerasFile {
  return {
    file: `${name}_weights_tf_dim_ordering_tf_kernels_notop.h5`,
    folder: `tensorflow/keras-applications/${folder}/`,
    hash,
  };
}

function efficientnet(variant: string, hash: Hash): KerasFile {
  return { file: `efficientnet${variant}_notop.h5`, folder: 'keras-applications/', hash };
}

function efficientnetV2(variant: string, hash: Hash): KerasFile {
  const folder = 'tensorflow/keras-applications/efficientnet_v2/';
  return { file: `efficientnetv2-${variant}_notop.h5`, folder, hash };
}

function mobilenetV3(
  size: 'small' | 'large',
  model: ImagenetModel,
  hashes: Readonly<Record<number, Hash>>,
): KerasFile {
  const alpha = alphaOf(model, { 0.75: '0.75', 1: '1.0' });
  return {
    file: `weights_mobilenet_v3_${size}_224_${alpha}_float_no_top_v2.h5`,
    folder: 'tensorflow/keras-applications/mobilenet_v3/',
    hash: hashes[model.alpha] ?? null,
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
