import * as tf from '@tensorflow/tfjs';
import { fitImages, preprocess } from '../../../data/preprocess.ts';
import type { Predictor } from '../../server/predictor.ts';
import { type Raster, resizeLinear, toGrey } from './resize.ts';

/** What a run's model says of a image. */
export interface Answer {
  /** One for each class, in their order. */
  readonly probabilities: readonly number[];
  readonly milliseconds: number;
  /** tfjs' name of what computed it: `webgl` or `cpu`. */
  readonly backend: string;
}

const models = new Map<string, Promise<tf.LayersModel>>();

/**
 * Sees a image as the run did: upright, over white, of the size and colours of its data, preprocessed.
 * @param modelUrl address of its model.json
 */
export async function predict(file: Blob, modelUrl: string, predictor: Predictor): Promise<Answer> {
  const model = await loaded(modelUrl);
  const shape = model.inputs[0]?.shape.slice(1) as [number, number, number];
  const image = await rasterOf(file, predictor.imageShape ?? shape);
  const begin = performance.now();
  const output = tf.tidy(() => {
    const { width, height, channels, data } = image;
    const pixels = tf.tensor4d(Float32Array.from(data), [1, height, width, channels]);
    const x = preprocess(fitImages(pixels, shape), predictor.preprocess);
    const said = model.predict(x) as tf.Tensor2D;
    if (predictor.tta === 'none') return said;
    return said.add<tf.Tensor2D>(model.predict(x.reverse(2)) as tf.Tensor2D).div<tf.Tensor2D>(2);
  });
  const probabilities = Array.from(await output.data());
  output.dispose();
  return { probabilities, milliseconds: performance.now() - begin, backend: tf.getBackend() };
}

/** Each model is fetched once. */
function loaded(url: string): Promise<tf.LayersModel> {
  const known = models.get(url);
  if (known) return known;
  const model = tf.ready().then(() => tf.loadLayersModel(url));
  models.set(url, model);
  return model;
}

async function rasterOf(
  file: Blob,
  [height, width, channels]: readonly [number, number, number],
): Promise<Raster> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = 'white';
  context.fillRect(0, 0, bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const colours = data.filter((_, i) => i % 4 !== 3);
  const rgb = { width: bitmap.width, height: bitmap.height, channels: 3, data: colours };
  const resized = resizeLinear(rgb, width, height);
  return channels === 1 ? toGrey(resized) : resized;
}
