import { setImmediate } from 'node:timers/promises';
import type * as tf from '@tensorflow/tfjs';
import { imageBatches, type ReadableImages } from '../data/batches/image-batches.ts';
import type { Engine } from '../engine/engine.ts';
import { predictBatch } from '../train/evaluate.ts';
import { loadSavedModel, type SavedModel } from './model.ts';

/** Images in one pass through the model. */
const BATCH_SIZE = 64;

export interface PredictOptions {
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/**
 * Predicts images, in their order, as the evaluation of a run does.
 * @yields the probabilities of all classes for each image.
 */
export async function* predictImages(
  saved: SavedModel,
  images: ReadableImages,
  { engine, signal }: PredictOptions,
): AsyncGenerator<Float32Array> {
  const { inputShape, labels, normalize, resize, tta } = saved.preprocessing;
  const model = await loadSavedModel(saved);
  const batches = imageBatches({
    images,
    classCount: labels.length,
    imageShape: inputShape,
    batchSize: BATCH_SIZE,
    resize,
    preprocess: normalize,
    augment: [],
    sampling: 'uniform',
    reused: false,
    engine,
  });
  const compiled = engine.compile(
    (inputs) => [predictBatch(model, batches.read(inputs).x as tf.Tensor4D, tta).probabilities],
    { name: 'prediction', precision: saved.precision },
  );
  try {
    for await (const batch of batches.inOrder()) {
      const [probabilities] = await compiled.run(batch.inputs);
      const values = (await probabilities?.data()) as Float32Array;
      probabilities?.dispose();
      for (let at = 0; at < values.length; at += labels.length)
        yield values.subarray(at, at + labels.length);
      await setImmediate();
      signal.throwIfAborted();
    }
  } finally {
    compiled.dispose();
    await batches.dispose();
    model.dispose();
  }
}
