import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import type { Images } from '../data/dataset.ts';
import { fitImages, normalizePixels } from '../data/preprocess.ts';
import type { Preprocessing } from '../data/preprocessing.ts';
import type { PlainResult, PlainTask } from './plain-tfjs.ts';
import type { OtherEngine } from './verify.ts';

/** Plain JavaScript takes a second for an image of 224 × 224 pixels and a small backbone, and minutes for a large one. */
const MILLISECONDS = 10_000;
/** The most images. */
const MAX_IMAGES = 16;

/** Loads an exported folder with plain TensorFlow.js, which predicts as many images as it can in ten seconds. */
export function openPlainTfjs(folder: string, preprocessing: Preprocessing): OtherEngine {
  return {
    name: `TensorFlow.js ${tf.version.tfjs} on its CPU backend`,
    async predict(images) {
      const { inputShape, labels, tta } = preprocessing;
      const inputs = await inputsOf(images, preprocessing);
      const worker = new Worker(new URL(import.meta.resolve('#plain-tfjs')), {
        workerData: { folder, inputs, shape: inputShape, milliseconds: MILLISECONDS } as PlainTask,
      });
      const [{ probabilities }] = (await once(worker, 'message')) as [PlainResult];
      await worker.terminate();
      return tta === 'flip' ? meanOfPairs(probabilities, labels.length) : probabilities;
    },
  };
}

/** The inputs of the model for the first images; with mirrored images, each is followed by its mirror image. */
async function inputsOf(images: Images, preprocessing: Preprocessing): Promise<Float32Array> {
  const { inputShape, resize, normalize, tta } = preprocessing;
  const { height, width, channels, labels, pixels } = images;
  const count = Math.min(MAX_IMAGES, labels.length);
  const bytes = await pixels.read(Array.from({ length: count }, (_, i) => i));
  const inputs = tf.tidy(() => {
    const stored = tf.tensor4d(Float32Array.from(bytes), [count, height, width, channels]);
    const x = normalizePixels(fitImages(stored, inputShape, resize), normalize);
    return tta === 'flip' ? tf.stack([x, x.reverse(2)], 1) : x;
  });
  const values = await inputs.data<'float32'>();
  inputs.dispose();
  return values;
}

/** A pair that is not complete is left out. */
function meanOfPairs(probabilities: Float32Array, classCount: number): Float32Array {
  const pairs = Math.floor(probabilities.length / (2 * classCount));
  return Float32Array.from({ length: pairs * classCount }, (_, i) => {
    const first = i + Math.floor(i / classCount) * classCount;
    return ((probabilities[first] ?? 0) + (probabilities[first + classCount] ?? 0)) / 2;
  });
}
