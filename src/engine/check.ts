import * as tf from '@tensorflow/tfjs';
import type { Engine } from './engine.ts';

/** The errors of one operation and its gradients, compared with plain JavaScript. */
interface CheckRow {
  readonly operation: string;
  /** Largest differences of outputs and gradients, relative to the largest reference value. */
  readonly forwardError: number;
  readonly backwardError: number;
  readonly passed: boolean;
}

export interface EngineCheck {
  readonly rows: readonly CheckRow[];
  /** Speed of a 2048 × 2048 float32 matrix product, the best of five. */
  readonly gflops: number;
  readonly passed: boolean;
}

interface Case {
  readonly operation: string;
  /** Shapes of the inputs; the gradient of each is checked. */
  readonly inputs: readonly (readonly number[])[];
  run(...inputs: tf.Tensor[]): tf.Tensor;
}

const IMAGE = [2, 9, 9, 4] as const;

const CASES: readonly Case[] = [
  {
    operation: 'conv2d, same',
    inputs: [IMAGE, [3, 3, 4, 6]],
    run: (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same'),
  },
  {
    operation: 'conv2d, stride 2, valid',
    inputs: [IMAGE, [3, 3, 4, 6]],
    run: (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 2, 'valid'),
  },
  {
    operation: 'conv2d, 1 × 1',
    inputs: [IMAGE, [1, 1, 4, 8]],
    run: (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'valid'),
  },
  {
    operation: 'depthwiseConv2d',
    inputs: [IMAGE, [3, 3, 4, 2]],
    run: (x, kernel) => tf.depthwiseConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same'),
  },
  {
    operation: 'separableConv2d',
    inputs: [IMAGE, [3, 3, 4, 1], [1, 1, 4, 5]],
    run: (x, depthwise, pointwise) =>
      tf.separableConv2d(
        x as tf.Tensor4D,
        depthwise as tf.Tensor4D,
        pointwise as tf.Tensor4D,
        1,
        'same',
      ),
  },
  {
    operation: 'conv2dTranspose',
    inputs: [
      [2, 5, 5, 4],
      [3, 3, 6, 4],
    ],
    run: (x, kernel) =>
      tf.conv2dTranspose(x as tf.Tensor4D, kernel as tf.Tensor4D, [2, 10, 10, 6], 2, 'same'),
  },
  {
    operation: 'maxPool',
    inputs: [IMAGE],
    run: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'),
  },
  {
    operation: 'avgPool',
    inputs: [IMAGE],
    // `valid`, because the plain JavaScript gradient includes the padding; TensorFlow and Keras do not.
    run: (x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 'valid'),
  },
  {
    operation: 'matMul',
    inputs: [
      [32, 48],
      [48, 16],
    ],
    run: (a, b) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D),
  },
  {
    operation: 'batchNorm, training',
    inputs: [IMAGE, [4], [4]],
    run: (x, beta, gamma) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(x, mean, variance, beta as tf.Tensor1D, gamma as tf.Tensor1D, 1e-3);
    },
  },
  {
    operation: 'batchNorm, inference',
    inputs: [IMAGE, [4], [4]],
    run: (x, beta, gamma) =>
      tf.batchNorm(
        x,
        tf.linspace(-0.5, 0.5, 4),
        tf.linspace(0.5, 2, 4),
        beta as tf.Tensor1D,
        gamma as tf.Tensor1D,
        1e-3,
      ),
  },
  { operation: 'relu', inputs: [IMAGE], run: (x) => tf.relu(x) },
  { operation: 'softmax', inputs: [[16, 10]], run: (x) => tf.softmax(x) },
];

/** float32 has about seven digits; sums of a few hundred products keep four of them. */
const TOLERANCE = 1e-4;

/** Compares the engine with plain JavaScript, in a few seconds. It must be the current tfjs backend. */
export async function checkEngine(engine: Engine): Promise<EngineCheck> {
  const rows: CheckRow[] = [];
  for (const check of CASES) {
    const expected = await outputsOn('cpu', check);
    const actual = await outputsOn(engine.name, check);
    const [forwardError = 0, ...backwardErrors] = expected.map((values, i) =>
      relativeError(actual[i] as Float32Array, values),
    );
    const backwardError = Math.max(...backwardErrors);
    const passed = Math.max(forwardError, backwardError) <= TOLERANCE;
    rows.push({ operation: check.operation, forwardError, backwardError, passed });
  }
  return { rows, gflops: await measureMatMul(), passed: rows.every((row) => row.passed) };
}

/** Returns the output and the gradient of each input, computed by one backend. */
async function outputsOn(backend: string, { inputs, run }: Case): Promise<Float32Array[]> {
  const current = tf.getBackend();
  await tf.setBackend(backend);
  const tensors = tf.tidy(() => {
    const values = inputs.map((shape, i) => wave(shape, i + 1));
    const output = run(...values);
    // Weights make the gradients differ between elements.
    const weighted = (...x: tf.Tensor[]) =>
      run(...x)
        .mul(wave(output.shape, 9))
        .sum() as tf.Scalar;
    return [output, ...tf.grads(weighted)(values)];
  });
  const values = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(tensors);
  await tf.setBackend(current);
  return values;
}

/** Returns distinct pseudo-random values in [-1, 1], the same for each backend. */
function wave(shape: readonly number[], frequency: number): tf.Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * 1.7 * frequency));
  return tf.tensor(values, [...shape]);
}

function relativeError(actual: Float32Array, expected: Float32Array): number {
  let largest = 0;
  let difference = 0;
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const error = Math.abs((actual[i] ?? Number.NaN) - value);
    // Unlike Math.max, this comparison treats NaN as a failure.
    if (!(error <= difference)) difference = error;
  }
  return difference / largest;
}

async function measureMatMul(): Promise<number> {
  const size = 2048;
  const a = tf.tidy(() => wave([size, size], 1) as tf.Tensor2D);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const start = performance.now();
    const product = tf.tidy(() => tf.matMul(a, a).sum());
    await product.data();
    product.dispose();
    // The first run also starts the threads of TensorFlow.
    if (i > 0) best = Math.min(best, performance.now() - start);
  }
  a.dispose();
  return (2 * size ** 3) / best / 1e6;
}
