import * as tf from '@tensorflow/tfjs';
import { fitImages, normalizePixels } from '../../../data/preprocess.ts';
import type { Preprocessing } from '../../../data/preprocessing.ts';
import { type Raster, resizeRaster, toGreyscale } from './resize.ts';

/** A model's prediction for an image. */
export interface Prediction {
  /** By class, in the order of labels.json. */
  readonly probabilities: readonly number[];
  /** Duration of the computation. */
  readonly milliseconds: number;
  /** The tfjs backend: `webgl` or `cpu`. */
  readonly backend: string;
}

const models = new Map<string, Promise<tf.LayersModel>>();

/**
 * Predicts the class of an image in the browser. The image is prepared as in training: rotated by its EXIF orientation,
 * on white, resized to the dataset's image shape, and preprocessed.
 * @param modelUrl address of the run's model.json
 */
export async function predict(
  file: Blob,
  modelUrl: string,
  { imageShape, inputShape, resize, normalize, tta }: Preprocessing,
): Promise<Prediction> {
  const model = await loadModel(modelUrl);
  const image = await decode(file, imageShape, resize);
  const start = performance.now();
  const output = tf.tidy(() => {
    const { width, height, channels, data } = image;
    const pixels = tf.tensor4d(Float32Array.from(data), [1, height, width, channels]);
    const x = normalizePixels(fitImages(pixels, inputShape, resize), normalize);
    const probabilities = model.predict(x) as tf.Tensor2D;
    if (tta === 'none') return probabilities;
    const flipped = model.predict(x.reverse(2)) as tf.Tensor2D;
    return probabilities.add<tf.Tensor2D>(flipped).div<tf.Tensor2D>(2);
  });
  const probabilities = Array.from(await output.data());
  output.dispose();
  return { probabilities, milliseconds: performance.now() - start, backend: tf.getBackend() };
}

/** Loads a model, or returns the one loaded before. */
function loadModel(url: string): Promise<tf.LayersModel> {
  const known = models.get(url);
  if (known) return known;
  const model = tf.ready().then(() => tf.loadLayersModel(url));
  models.set(url, model);
  return model;
}

/** @param shape height, width, channels */
async function decode(
  file: Blob,
  [height, width, channels]: readonly [number, number, number],
  resize: Preprocessing['resize'],
): Promise<Raster> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = 'white';
  context.fillRect(0, 0, bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const withoutAlpha = data.filter((_, i) => i % 4 !== 3);
  const rgb = { width: bitmap.width, height: bitmap.height, channels: 3, data: withoutAlpha };
  const resized = resizeRaster(rgb, [height, width], resize);
  return channels === 1 ? toGreyscale(resized) : resized;
}
