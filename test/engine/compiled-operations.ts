import * as tf from '@tensorflow/tfjs';
import { detectProcessor } from '../../src/engine/hardware.ts';
import { startEngine } from '../../src/engine/start-engine.ts';
import type { NodeJSKernelBackend } from '../../src/engine/tensorflow/backend.ts';
import { convolutionInfo } from '../../src/engine/tensorflow/own-kernels/geometry.ts';
import { MatMulConvolution } from '../../src/engine/tensorflow/own-kernels/matmul-convolution.ts';

/**
 * Compiles a few functions. Prints how much their results differ from those without compilation, and the operations of the
 * compiled functions in the order of their start.
 */

const engine = await startEngine({
  threads: null,
  compiler: 'graph',
  verbose: false,
  report: () => {},
  profile: true,
});

const wave = <T extends tf.Tensor>(shape: number[], size: number) =>
  tf.range(0, tf.util.sizeFromShape(shape)).mul(1.7).sin().mul(size).reshape<tf.Tensor>(shape) as T;

/** Normalizes with another mean, variance, beta and gamma for each channel. */
function normalize(x: tf.Tensor): tf.Tensor {
  const channels = x.shape.at(-1) as number;
  const variance = wave<tf.Tensor1D>([channels], 0.4).add<tf.Tensor1D>(0.5);
  const [mean, beta] = [wave<tf.Tensor1D>([channels], 0.3), wave<tf.Tensor1D>([channels], 2)];
  return tf.batchNorm(x, mean, variance, beta, variance.add(1), 1e-3);
}

const depthwise = (x: tf.Tensor4D, multiplier: number) =>
  tf.depthwiseConv2d(x, wave<tf.Tensor4D>([3, 3, 4, multiplier], 1), 2, 'same');

const functions: Record<string, (x: tf.Tensor4D) => tf.Tensor> = {
  depthwise: (x) => normalize(depthwise(x, 1)).relu6(),
  biasedDepthwise: (x) => normalize(tf.add(depthwise(x, 3), wave([12], 5))).relu6(),
  convolution(x) {
    const y = tf.conv2d(x, wave<tf.Tensor4D>([3, 3, 4, 8], 1), 1, 'same');
    return normalize(tf.add(y, wave([8], 5))).relu();
  },
  pool: (x) => normalize(tf.maxPool(x, 2, 1, 'same')),
  sum: (x) => normalize(tf.add(x, x.square())),
  gradient(x) {
    const loss = (x: tf.Tensor) => normalize(depthwise(x as tf.Tensor4D, 1)).relu6();
    return tf.grad((x) => loss(x).square().sum())(x);
  },
  filterGradient(x) {
    const same = { strides: 1, pad: 'same', dataFormat: 'NHWC' } as const;
    const info = convolutionInfo(x.shape, [3, 3, 4, 4], same);
    const products = MatMulConvolution.create(info, [3, 3, 4, 4]) as MatMulConvolution;
    return products.filterGradient(tf.backend() as NodeJSKernelBackend, { x, dy: x.sin() });
  },
  reshape: (x) => x.reshape(x.shape).reshape([2, 144]),
};

const images = wave<tf.Tensor4D>([2, 6, 6, 4], 3);
const results: Record<string, { difference: number; operations: string[] }> = {};
async function compare(name: string, title: string, precision: 'float32' | 'bfloat16') {
  const fn = functions[name] as (x: tf.Tensor4D) => tf.Tensor;
  const expected = tf.tidy(() => fn(images)).dataSync();
  const compiled = engine.compile(([x]) => [fn(x as tf.Tensor4D)], { precision });
  const [output] = await compiled.run([images]);
  const values = output?.dataSync() ?? [];
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - Number(values[i]))));
  const [profile] = engine.takeProfiles();
  const operations = (profile?.operations ?? []).toSorted((a, b) => a.startMicros - b.startMicros);
  results[title] = { difference, operations: operations.map(({ type }) => type) };
}
for (const name of Object.keys(functions)) await compare(name, name, 'float32');
if (detectProcessor().bfloat16) await compare('convolution', 'bfloat16', 'bfloat16');
process.stdout.write(JSON.stringify(results));
