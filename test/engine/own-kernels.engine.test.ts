import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { CROSS_ENTROPY, runOptionalKernel } from '../../src/engine/optional-kernels.ts';
import type { NodeJSKernelBackend } from '../../src/engine/tensorflow/backend.ts';
import { depthwiseGradients } from '../../src/engine/tensorflow/own-kernels/depthwise.ts';
import {
  type ConvAttributes,
  convolutionInfo,
  type Shape4D,
} from '../../src/engine/tensorflow/own-kernels/geometry.ts';
import { MatMulConvolution } from '../../src/engine/tensorflow/own-kernels/matmul-convolution.ts';
import type { OwnKernel } from '../../src/engine/tensorflow/own-kernels/own-kernel.ts';
import { useEngine } from '../engine.ts';

describe('own kernels', () => {
  const engine = useEngine();

  const wave = (shape: number[], size = 1) =>
    tf.tidy(() =>
      tf.range(0, tf.util.sizeFromShape(shape)).mul(1.7).sin().mul(size).reshape(shape),
    );

  /** Returns the largest difference between the outputs of the engine and of plain JavaScript. */
  async function difference(fn: () => tf.Tensor): Promise<number> {
    const actual = tf.tidy(fn).dataSync();
    await tf.setBackend('cpu');
    const expected = tf.tidy(fn).dataSync();
    await tf.setBackend(engine().name);
    return Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number))));
  }

  it('multiply matrices, transposed or not', async () => {
    for (const [a, b] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const product = () =>
        tf.matMul(wave(a ? [5, 3] : [3, 5]), wave(b ? [4, 5] : [5, 4], 2), a, b);
      expect(await difference(product)).to.be.below(1e-5);
    }
  });

  it('compute sums and means of images', async () => {
    expect(await difference(() => wave([3, 4, 5, 6]).mean([0, 1, 2]))).to.be.below(1e-5);
    expect(await difference(() => wave([3, 4, 5, 6]).mean([0, 1, 2], true))).to.be.below(1e-5);
    expect(await difference(() => wave([3, 4, 5, 6]).mean([1, 2]))).to.be.below(1e-5);
    expect(await difference(() => wave([3, 4, 5, 6]).sum([0, 1, 2]))).to.be.below(1e-5);
    expect(await difference(() => wave([3, 4, 5, 6]).sum([0, 1, 2], true))).to.be.below(1e-5);
    expect(await difference(() => wave([3, 4, 5, 6]).sum([1, 2, 3]))).to.be.below(1e-5);
  });

  it('compute the gradients of ReLU and ReLU6', async () => {
    const gradient = (fn: (x: tf.Tensor) => tf.Tensor) => () =>
      tf.grad((x) =>
        fn(x)
          .mul(wave([40], 3))
          .sum(),
      )(wave([40], 9));
    expect(await difference(gradient(tf.relu))).to.be.below(1e-5);
    expect(await difference(gradient(tf.relu6))).to.be.below(1e-5);
  });

  for (const [image, filter] of [
    [
      [2, 2],
      [3, 3],
    ],
    [
      [1, 2],
      [3, 3],
    ],
    [
      [1, 1],
      [3, 3],
    ],
    [
      [1, 1],
      [1, 1],
    ],
    [
      [1, 4],
      [3, 7],
    ],
    // The filter is smaller than the image, or has no center.
    [
      [4, 1],
      [3, 3],
    ],
    [
      [2, 2],
      [4, 4],
    ],
  ] as const)
    it(`compute convolutions and gradients of ${image.join('×')} images and ${filter.join('×')} filters`, async () => {
      const x = () => wave([17, ...image, 3]) as tf.Tensor4D;
      const w = () => wave([...filter, 3, 5], 2) as tf.Tensor4D;
      const convolution = (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, 1, 'same');
      expect(await difference(() => convolution(x(), w()))).to.be.below(1e-4);
      const biased = { strides: 1, pad: 'same', activation: 'relu' } as const;
      const fused = () => tf.fused.conv2d({ x: x(), filter: w(), bias: wave([5]), ...biased });
      expect(await difference(fused)).to.be.below(1e-4);
      const loss = (x: tf.Tensor, w: tf.Tensor) =>
        convolution(x as tf.Tensor4D, w as tf.Tensor4D)
          .mul(wave([17, ...image, 5], 3))
          .sum();
      for (const i of [0, 1])
        expect(await difference(() => tf.grads(loss)([x(), w()])[i] as tf.Tensor)).to.be.below(
          1e-4,
        );
    });

  for (const [image, filter, stride, pad] of [
    [6, 5, 1, 'same'],
    [7, 7, 1, 'same'],
    [9, 7, 2, 'same'],
    [8, 5, 2, 'same'],
    // The last row and column of the image reach no output.
    [8, 5, 2, 'valid'],
    [10, 3, 3, 'valid'],
    [8, 3, 2, 'same'],
    [2, 5, 1, 'same'],
  ] as const)
    it(`compute gradients of ${pad} depthwise convolutions of ${image}×${image} images, ${filter}×${filter} filters, stride ${stride}`, async () => {
      const x = () => wave([3, image, image, 4]) as tf.Tensor4D;
      const w = () => wave([filter, filter, 4, 1], 2) as tf.Tensor4D;
      const convolution = (x: tf.Tensor, w: tf.Tensor) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
      const dy = () => {
        const { shape } = convolution(x(), w());
        return wave(shape, 3) as tf.Tensor4D;
      };
      const loss = (x: tf.Tensor, w: tf.Tensor) => convolution(x, w).mul(dy()).sum();
      for (const i of [0, 1]) {
        const gradient = () => tf.grads(loss)([x(), w()])[i] as tf.Tensor;
        expect(await difference(gradient)).to.be.below(1e-4);
      }
      if (stride === 1) return;
      const inBfloat16 = depthwiseGradients(() => 'bfloat16')[0] as OwnKernel;
      const shape = x().shape;
      const attributes = { strides: stride, dilations: 1, pad, inputShape: shape };
      const upstream = dy();
      expect(
        await difference(() => {
          const inputs = { dy: upstream, filter: w() };
          if (tf.getBackend() === 'cpu') return tf.grads(loss)([x(), w()])[0] as tf.Tensor;
          const backend = tf.backend() as NodeJSKernelBackend;
          return inBfloat16.run(backend, inputs, attributes) as tf.Tensor;
        }),
      ).to.be.below(1e-4);
    });

  for (const [image, filter, strides, pad] of [
    [[4, 6], [3, 3], 1, 'same'],
    [[2, 9], [1, 5], 1, 'same'],
    // Some taps are outside of the image at each position.
    [[3, 2], [7, 5], 1, 'same'],
    [[4, 6], [1, 1], 1, 'valid'],
    [[5, 7], [1, 1], 2, 'same'],
    [[5, 7], [1, 1], [2, 3], 'valid'],
  ] as const)
    it(`compute a convolution of ${image.join('×')} images and ${filter.join('×')} filters with stride ${strides} by matrix products`, () => {
      const shapes = [
        [3, ...image, 2],
        [...filter, 2, 4],
      ] as [Shape4D, Shape4D];
      const attributes = { strides, pad, dataFormat: 'NHWC' } as ConvAttributes;
      const products = MatMulConvolution.create(convolutionInfo(...shapes, attributes), shapes[1]);
      const backend = tf.backend() as NodeJSKernelBackend;
      const x = wave(shapes[0]) as tf.Tensor4D;
      const w = wave(shapes[1], 2) as tf.Tensor4D;
      const convolve = (x: tf.Tensor, w: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides as [number, number], pad);
      const dy = wave(convolve(x, w).shape, 3) as tf.Tensor4D;
      const { value, grads } = tf.valueAndGrads((x, w) => convolve(x, w).mul(dy).sum())([x, w]);
      for (const [actual, expected] of [
        [products?.forward(x, w).mul(dy).sum(), value],
        [products?.inputGradient(dy, w), grads[0]],
        [products?.filterGradient(backend, { x, dy }), grads[1]],
      ] as [tf.Tensor, tf.Tensor][]) {
        expect(actual.shape).to.deep.equal(expected.shape);
        expect(actual.sub(expected).abs().max().dataSync()[0]).to.be.below(1e-4);
      }
    });

  it('do not use matrix products for other convolutions', () => {
    const same = { strides: 1, pad: 'same', dataFormat: 'NHWC' } as const;
    const create = (filter: Shape4D, attributes: ConvAttributes) =>
      MatMulConvolution.create(convolutionInfo([3, 4, 4, 2], filter, attributes), filter);
    expect(create([3, 3, 2, 2], same)).not.to.equal(null);
    for (const attributes of [
      { ...same, strides: 2 },
      { ...same, dilations: 2 },
      { ...same, pad: 'valid' },
    ] as ConvAttributes[])
      expect(create([3, 3, 2, 2], attributes)).to.equal(null);
    expect(create([2, 2, 2, 2], same)).to.equal(null);
    const channelsFirst = convolutionInfo([3, 2, 4, 4], [1, 1, 2, 2], {
      ...same,
      dataFormat: 'NCHW',
    });
    expect(MatMulConvolution.create(channelsFirst, [1, 1, 2, 2])).to.equal(null);
  });

  it('compute the cross-entropy of logits and its gradient', () => {
    tf.tidy(() => {
      const logits = wave([6, 4], 5);
      const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 0, 1], 'int32'), 4).toFloat();
      const [loss, gradient] = runOptionalKernel(CROSS_ENTROPY, { logits, labels }) as tf.Tensor[];
      const expectedLoss = logits.logSumExp(-1).sub(logits.mul(labels).sum(-1));
      expect((loss as tf.Tensor).sub(expectedLoss).abs().max().dataSync()[0]).to.be.below(1e-5);
      const expectedGradient = logits.softmax().sub(labels);
      expect((gradient as tf.Tensor).sub(expectedGradient).abs().max().dataSync()[0]).to.be.below(
        1e-5,
      );
    });
  });

  for (const rate of [0.25, 0.1])
    it(`draw masks with the rate ${rate}, which depend on their key alone`, () => {
      tf.tidy(() => {
        const draw = (key: [number, number]) => engine().randomMask([101, 99], rate, key);
        const mask = draw([1, 2]).dataSync();
        expect(new Set(mask)).to.deep.equal(new Set([0, 1]));
        const zeros = mask.filter((value) => value === 0).length / mask.length;
        // Three standard deviations.
        expect(zeros).to.be.closeTo(rate, 3 * Math.sqrt((rate * (1 - rate)) / mask.length));
        expect(draw([1, 2]).dataSync()).to.deep.equal(mask);
        expect(draw([1, 3]).dataSync()).not.to.deep.equal(mask);
      });
    });
});
