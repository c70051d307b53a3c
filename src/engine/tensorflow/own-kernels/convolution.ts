import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../../../experiment/experiment.ts';
import type { Processor } from '../../hardware.ts';
import { type ConvAttributes, convolutionInfo, type Shape4D } from './geometry.ts';
import { MatMulConvolution } from './matmul-convolution.ts';
import { isFloat, type Operands, type OwnKernel } from './own-kernel.ts';

/** Returns the convolution as matrix products; `null` if oneDNN should compute it. */
type ChooseMatMul = (
  pass: Pass,
  shapes: Readonly<Record<'input' | 'filter', Shape4D>>,
  attributes: ConvAttributes,
) => MatMulConvolution | null;

/**
 * Returns kernels of convolutions and their gradients, which use matrix products where these are faster on a CPU.
 *
 * @param precision returns the precision of the function that is being recorded
 */
export function convolutions(processor: Processor, precision: () => Precision): OwnKernel[] {
  const choose: ChooseMatMul = (pass, { input, filter }, attributes) => {
    const info = convolutionInfo(input, filter, attributes);
    return isFasterAsMatMul(pass, info, filter, processor, precision())
      ? MatMulConvolution.create(info, filter)
      : null;
  };
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
/** 4×4 pixels. */
const MEDIUM = 16;
/** 8×8 pixels. */
const LARGE = 64;
/** 12×12 pixels. */
const LARGEST_POINTWISE = 144;

/** Fewer channels make products too small. */
const MIN_CHANNELS = 128;

/**
 * Returns `true` if matrix products are faster than oneDNN. The rule is fixed, not autotuned, so that a machine always
 * computes the same results. Milliseconds of oneDNN and of matrix products for 32 images, on two cores:
 *
 * | filter | image | forward | input gradient | filter gradient | its bfloat16 |
 * | --- | --- | --- | --- | --- | --- |
 * | AVX2: 3×3×512×512 | 2×2 | 6.4, 4.2 | 6.8, 4.2 | 44, 6.4 | |
 * | | 4×4 | 16, 19 | 13, 13 | 28, 20 | |
 * | | 8×8 | 51, 53 | 51, 54 | 89, 80 | |
 * | | 12×12 | 128, 130 | 115, 130 | 197, 205 | |
 * | AVX-512 with bfloat16: 3×3×512×512 | 4×4 | 6.3, 5.2 | 6.9, 5.9 | 6.7, 5.2 | 12, 3.7 |
 * | 3×3×256×256 | 8×8 | 4.9, 6.1 | 5.1, 6.6 | 6.0, 6.1 | 8.1, 5.1 |
 * | 3×3×128×128 | 16×16 | 9.9, 8.5 | 4.8, 7.9 | 5.9, 8.4 | 4.9, 7.8 |
 * | 1×1×512×2048 | 3×3 | 2.2, 1.5 | 2.6, 2.0 | 2.3, 1.4 | 2.8, 1.2 |
 * | 1×1×256×1024 | 6×6 | 1.7, 1.4 | 1.6, 1.7 | 1.8, 1.4 | 1.9, 2.0 |
 *
 * With AVX-512 alone, the filter gradients of oneDNN reach the peak speed of the processor. Forward passes of 1×1 filters are
 * faster in isolation, but TensorFlow cannot fuse their products with a normalization.
 */
export function isFasterAsMatMul(
  pass: Pass,
  { outHeight, outWidth }: Pick<tf.backend_util.Conv2DInfo, 'outHeight' | 'outWidth'>,
  [rows, columns, channels, units]: Shape4D,
  { instructions, bfloat16 }: Processor,
  precision: Precision,
): boolean {
  const pixels = outHeight * outWidth;
  const isFilterGradient = pass === 'filter gradient';
  if (bfloat16 && Math.min(channels, units) >= MIN_CHANNELS) {
    if (rows * columns === 1) return pass !== 'forward' && pixels <= LARGEST_POINTWISE;
    return pixels <= (isFilterGradient && precision === 'bfloat16' ? LARGE : MEDIUM);
  }
  if (rows * columns === 1) return false;
  return pixels <= (isFilterGradient && instructions === 'avx2' ? LARGE : SMALL);
}
