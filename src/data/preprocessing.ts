import type { DataConfig, EvaluateConfig } from '../experiment/experiment.ts';
import { datasetKind } from './datasets/table.ts';
import { type Normalization, normalizationOf } from './preprocess.ts';

/** Height, width and channels: 3 for RGB, 1 for greyscale. */
type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * Everything that turns an image file into a model's input, and the model's output into classes, as plain JSON. A decoded
 * file is turned by its EXIF orientation, blended with white, and resized to `imageShape`; if it shrinks, a pixel averages
 * its area. Where `inputShape` differs, Keras' interpolation resizes it again. Then it is normalized.
 */
export interface Preprocessing {
  /** The class names, in the order of the model's outputs. */
  readonly labels: readonly string[];
  /** The shape of the images of the training data. */
  readonly imageShape: ImageShape;
  /** The shape of the model's input. */
  readonly inputShape: ImageShape;
  readonly resize: DataConfig['resize'];
  readonly normalize: Normalization;
  /** The test-time augmentation of the experiment. */
  readonly tta: EvaluateConfig['tta'];
}

/** The parts of an experiment that determine how its images are prepared. */
interface ImageConfig {
  readonly data: Pick<DataConfig, 'dataset' | 'resize' | 'preprocess'>;
  readonly evaluate: EvaluateConfig;
}

/**
 * Describes the input of an experiment's model.
 * @param labels the class names, in the order of the model's outputs.
 */
export function describePreprocessing(
  { data, evaluate }: ImageConfig,
  inputShape: ImageShape,
  labels: readonly string[],
): Preprocessing {
  return {
    labels,
    imageShape: datasetKind(data.dataset).imageShape ?? inputShape,
    inputShape,
    resize: data.resize,
    normalize: normalizationOf(data.preprocess, inputShape[2]),
    tta: evaluate.tta,
  };
}
