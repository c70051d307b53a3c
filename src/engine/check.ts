import * as tf from '@tensorflow/tfjs';
import { InputError } from '../common/errors.ts';
import { globMatcher } from '../common/glob.ts';
import type { Precision } from '../experiment/experiment.ts';
import type { Engine } from './engine.ts';
import { processorPrecisions } from './hardware.ts';

/** The errors of one operation and its gradients, compared with plain JavaScript. */
interface CheckRow {
  readonly operation: string;
  readonly precision: Precision;
  /** Largest differences of outputs and gradients, relative to the largest reference value. */
  readonly forwardError: number;
  readonly backwardError: number;
  readonly passed: boolean;
}

export interface EngineCheck {
  readonly rows: readonly CheckRow[];
  /** Speed of a 2048 × 2048 matrix product, the best of five, in each checked precision; empty if it was not measured. */
  readonly gflops: Readonly<Partial<Record<Precision, number>>>;
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

/**
 * The largest accepted errors. float32 has 24 significant bits, of which sums of a few hundred products keep half. The
 * others round the operands of products: TF32 and float16 to 11 bits, bfloat16 to 8.
 */
export const TOLERANCES: Readonly<Record<Precision, number>> = {
  float32: 1e-4,
  tf32: 5e-3,
  float16: 5e-3,
  bfloat16: 6e-2,
};

/**
 * Compares the engine with plain JavaScript, in a few seconds. It must be the current tfjs backend.
 *
 * @param operations names or globs of the operations to check, without a measurement of speed; none: all, with one
 * @throws InputError if one of them matches no operation.
 */
export async function checkEngine(
  engine: Engine,
  operations: readonly string[],
): Promise<EngineCheck> {
  const cases = chooseCases(operations);
  const expected = new Map<Case, Float32Array[]>();
  for (const check of cases) expected.set(check, await expectedOutputs(check));
  const rows: CheckRow[] = [];
  const gflops: { [precision in Precision]?: number } = {};
  for (const precision of checkedPrecisions(engine)) {
    for (const [check, outputs] of expected) {
      rows.push(await checkCase(engine, check, outputs, precision));
    }
    if (operations.length === 0) gflops[precision] = await measureMatMul(engine, precision);
  }
  return { rows, gflops, passed: rows.every((row) => row.passed) };
}

function chooseCases(operations: readonly string[]): readonly Case[] {
  if (operations.length === 0) return CASES;
  const matchers = operations.map((operation) => ({ operation, matches: globMatcher(operation) }));
  const unknown = matchers.find(({ matches }) => !CASES.some((each) => matches(each.operation)));
  if (unknown) {
    const names = CASES.map((each) => each.operation).join('; ');
    throw new InputError(`there is no check of ${unknown.operation}; there are ${names}`);
  }
  return CASES.filter((each) => matchers.some(({ matches }) => matches(each.operation)));
}

function checkedPrecisions({ device }: Engine): Precision[] {
  return device === 'gpu' ? ['float32', 'tf32', 'float16'] : processorPrecisions();
}

async function checkCase(
  engine: Engine,
  check: Case,
  expected: readonly Float32Array[],
  precision: Precision,
): Promise<CheckRow> {
  const inputs = check.inputs.map((shape, i) => wave(shape, i + 1));
  const compiled = engine.compile((tensors) => outputsOf(check, tensors), { precision });
  const outputs = await compiled.run(inputs);
  const actual = await Promise.all(outputs.map((tensor) => tensor.data<'float32'>()));
  compiled.dispose();
  tf.dispose([inputs, outputs]);
  const [forwardError = 0, ...backwardErrors] = expected.map((values, i) =>
    relativeError(actual[i] as Float32Array, values),
  );
  const backwardError = Math.max(...backwardErrors);
  const passed = Math.max(forwardError, backwardError) <= TOLERANCES[precision];
  return { operation: check.operation, precision, forwardError, backwardError, passed };
}

/** Computes the outputs in plain JavaScript. */
async function expectedOutputs(check: Case): Promise<Float32Array[]> {
  const current = tf.getBackend();
  await tf.setBackend('cpu');
  const outputs = tf.tidy(() =>
    outputsOf(
      check,
      check.inputs.map((shape, i) => wave(shape, i + 1)),
    ),
  );
  const values = await Promise.all(outputs.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(outputs);
  await tf.setBackend(current);
  return values;
}

/** The output of an operation, with a weight for each element so that all gradients differ, and its gradients. */
function outputsOf({ run }: Case, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const weighted = (...x: tf.Tensor[]) => {
    const output = run(...x);
    return output.mul(wave(output.shape, 9));
  };
  const gradients = tf.grads((...x) => weighted(...x).sum() as tf.Scalar)([...inputs]);
  return [weighted(...inputs), ...gradients];
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

async function measureMatMul(engine: Engine, precision: Precision): Promise<number> {
  const size = 2048;
  const a = tf.tidy(() => wave([size, size], 1) as tf.Tensor2D);
  // bfloat16 needs an operation after the product.
  const product = engine.compile(([x]) => [tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D).sum()], {
    precision,
  });
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const start = performance.now();
    const outputs = await product.run([a]);
    await outputs[0]?.data();
    // The first run also compiles the function and starts the threads of TensorFlow.
    if (i > 0) best = Math.min(best, performance.now() - start);
    tf.dispose(outputs);
  }
  product.dispose();
  a.dispose();
  return (2 * size ** 3) / best / 1e6;
}
