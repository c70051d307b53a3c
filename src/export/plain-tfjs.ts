import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';

/*
 * A thread that has plain TensorFlow.js alone: it loads an exported model as any program does, and predicts on the CPU in
 * JavaScript.
 */

/** What the thread gets. */
export interface PlainTask {
  /** The folder of model.json. */
  readonly folder: string;
  /** The model's inputs, [images, height, width, channels]. */
  readonly inputs: Float32Array;
  readonly shape: readonly [number, number, number];
  /** It predicts no further image after this time. */
  readonly milliseconds: number;
}

/** What it answers. */
export interface PlainResult {
  readonly version: string;
  /** The probabilities of the first images, row-major. */
  readonly probabilities: Float32Array;
}

async function predict(task: PlainTask): Promise<PlainResult> {
  const { folder, inputs, shape, milliseconds } = task;
  // Without this it recommends another backend.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const json: tf.io.ModelJSON = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
  const [group] = json.weightsManifest;
  const weights = await readFile(join(folder, group?.paths[0] ?? ''));
  const model = await tf.loadLayersModel({
    load: async () => ({
      modelTopology: json.modelTopology as tf.io.ModelArtifacts['modelTopology'] & object,
      weightSpecs: group?.weights ?? [],
      weightData: new Uint8Array(weights).buffer,
    }),
  });
  const stride = shape.reduce((product, size) => product * size);
  const rows: number[] = [];
  const end = performance.now() + milliseconds;
  for (let at = 0; at < inputs.length && (at === 0 || performance.now() < end); at += stride) {
    const x = tf.tensor4d(inputs.subarray(at, at + stride), [1, ...shape]);
    const output = model.predict(x) as tf.Tensor;
    rows.push(...output.dataSync());
    tf.dispose([x, output]);
  }
  return { version: tf.version.tfjs, probabilities: Float32Array.from(rows) };
}

parentPort?.postMessage(await predict(workerData as PlainTask));
