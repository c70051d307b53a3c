import * as tf from '@tensorflow/tfjs';
import type { Processor } from '../../hardware.ts';
import { type ConvAttributes, MatMulConvolution, type Shape4D } from './matmul-convolution.ts';
import { isFloat, type Operands, type OwnKernel } from './own-kernel.ts';

/** Returns the convolution as matrix products; `null` if oneDNN should compute it. */
type ChooseMatMul = (
  pass: Pass,
  shapes: Readonly<Record<'input' | 'filter', Shape4D>>,
  attributes: ConvAttributes,
) => MatMulConvolution | null;

/** Returns kernels of convolutions and their gradients, which use matrix products where these are faster on a CPU. */
export function convolutions(instructions: Processor['instructions']): OwnKernel[] {
  const choose: ChooseMatMul = (pass, { input, filter }, attributes) =>
    isFasterAsMatMul(pass, input, filter, instructions)
      ? MatMulConvolution.create(input, filter, attributes)
      : null;
  return [forward, fused, inputGradient, filterGradient].map((kernel) => kernel(choose));
}

const forward = (choose: ChooseMatMul): OwnKernel => ({
  name: tf.Conv2D,
  run(_, inputs, attributes) {
    const { x, filter } = inputs as Operands<'x' | 'filter'>;
    if (!isFloat(x, filter)) return null;
    const shapes = { input: x.shape, filter: filter.shape };
    return choose('forward', shapes, attributes as tf.Conv2DAttrs)?.forward(x, filter) ?? null;
  },
});

/** The kernel that layers call outside of training. */
const fused = (choose: ChooseMatMul): OwnKernel => ({
  name: tf.FusedConv2D,
  run(backend, inputs, attributes) {
    const { x, filter, bias, preluActivationWeights } = inputs as Operands<'x' | 'filter'> &
      Partial<Operands<'bias' | 'preluActivationWeights'>>;
    if (!isFloat(x, filter)) return null;
    const { activation, leakyreluAlpha, ...convolution } = attributes as tf.FusedConv2DAttrs;
    const products = choose('forward', { input: x.shape, filter: filter.shape }, convolution);
    if (!products) return null;
    return tf.tidy(() => {
      const y = products.forward(x, filter);
      const sum = bias ? y.add(bias) : y;
      return backend.applyActivation(sum, activation, preluActivationWeights, leakyreluAlpha);
    });
  },
});

const inputGradient = (choose: ChooseMatMul): OwnKernel => ({
  name: tf.Conv2DBackpropInput,
  run(_, inputs, attributes) {
    const { dy, filter } = inputs as Operands<'dy' | 'filter'>;
    const { inputShape, ...convolution } = attributes as tf.Conv2DBackpropInputAttrs;
    const shapes = { input: inputShape, filter: filter.shape };
    const products = choose('input gradient', shapes, convolution);
    return products?.inputGradient(dy, filter) ?? null;
  },
});

const filterGradient = (choose: ChooseMatMul): OwnKernel => ({
  name: tf.Conv2DBackpropFilter,
  run(backend, inputs, attributes) {
    const { x, dy } = inputs as Operands<'x' | 'dy'>;
    const { filterShape, ...convolution } = attributes as tf.Conv2DBackpropFilterAttrs;
    const shapes = { input: x.shape, filter: filterShape };
    const products = choose('filter gradient', shapes, convolution);
    return products?.filterGradient(backend, { x, dy }) ?? null;
  },
});

export type Pass = 'forward' | 'input gradient' | 'filter gradient';

/** 2×2 pixels. Three in four products with a 3×3 filter are products with padding. */
const SMALL = 4;
/** 8×8 pixels. */
const MEDIUM = 64;

/**
 * Returns `true` if matrix products are faster than oneDNN. The rule is fixed, not autotuned, so that a machine always
 * computes the same results. Milliseconds of oneDNN and of matrix products on two cores with AVX2, for 3×3 filters, 512
 * channels and 32 images:
 *
 * | image | forward | input gradient | filter gradient |
 * | --- | --- | --- | --- |
 * | 2×2 | 6.4, 4.2 | 6.8, 4.2 | 44, 6.4 |
 * | 4×4 | 16, 19 | 13, 13 | 28, 20 |
 * | 8×8 | 51, 53 | 51, 54 | 89, 80 |
 * | 12×12 | 128, 130 | 115, 130 | 197, 205 |
 *
 * With AVX-512 the filter gradients of oneDNN reach the peak speed of the processor. For 1×1 filters matrix products are
 * faster in isolation, but not within a training step.
 */
export function isFasterAsMatMul(
  pass: Pass,
  [, height, width]: Shape4D,
  [rows, columns]: Shape4D,
  instructions: Processor['instructions'],
): boolean {
  if (rows * columns === 1) return false;
  const largest = pass === 'filter gradient' && instructions === 'avx2' ? MEDIUM : SMALL;
  return height * width <= largest;
}
