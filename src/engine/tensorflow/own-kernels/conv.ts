import * as tf from '@tensorflow/tfjs';
import type { Instructions } from '../instructions.ts';
import { isFloat, type OwnKernel } from './own-kernel.ts';
import { type ConvAttributes, type Shape4D, TapProducts } from './tap-products.ts';

type Operands<Name extends string> = Readonly<Record<Name, tf.Tensor4D>>;

/** A convolution's products; `null` where oneDNN shall do it. */
type Find = (
  pass: Pass,
  shapes: Readonly<Record<'input' | 'filter', Shape4D>>,
  attributes: ConvAttributes,
) => TapProducts | null;

/** Convolutions and their gradients on a CPU, where they are products of matrices. */
export function convolutions(instructions: Instructions): OwnKernel[] {
  const find: Find = (pass, { input, filter }, attributes) =>
    isFasterAsProducts(pass, input, filter, instructions)
      ? TapProducts.of(input, filter, attributes)
      : null;
  return [forward, fused, inputGradient, filterGradient].map((kernel) => kernel(find));
}

const forward = (find: Find): OwnKernel => ({
  name: tf.Conv2D,
  run(_, inputs, attributes) {
    const { x, filter } = inputs as Operands<'x' | 'filter'>;
    if (!isFloat(x, filter)) return null;
    const shapes = { input: x.shape, filter: filter.shape };
    return find('forward', shapes, attributes as tf.Conv2DAttrs)?.forward(x, filter) ?? null;
  },
});

/** As layers call it where nothing is trained. */
const fused = (find: Find): OwnKernel => ({
  name: tf.FusedConv2D,
  run(backend, inputs, attributes) {
    const { x, filter, bias, preluActivationWeights } = inputs as Operands<'x' | 'filter'> &
      Partial<Operands<'bias' | 'preluActivationWeights'>>;
    if (!isFloat(x, filter)) return null;
    const { activation, leakyreluAlpha, ...of } = attributes as tf.FusedConv2DAttrs;
    const products = find('forward', { input: x.shape, filter: filter.shape }, of);
    if (!products) return null;
    return tf.tidy(() => {
      const y = products.forward(x, filter);
      const sum = bias ? y.add(bias) : y;
      return backend.applyActivation(sum, activation, preluActivationWeights, leakyreluAlpha);
    });
  },
});

const inputGradient = (find: Find): OwnKernel => ({
  name: tf.Conv2DBackpropInput,
  run(_, inputs, attributes) {
    const { dy, filter } = inputs as Operands<'dy' | 'filter'>;
    const { inputShape, ...of } = attributes as tf.Conv2DBackpropInputAttrs;
    const products = find('input gradient', { input: inputShape, filter: filter.shape }, of);
    return products?.inputGradient(dy, filter) ?? null;
  },
});

const filterGradient = (find: Find): OwnKernel => ({
  name: tf.Conv2DBackpropFilter,
  run(backend, inputs, attributes) {
    const { x, dy } = inputs as Operands<'x' | 'dy'>;
    const { filterShape, ...of } = attributes as tf.Conv2DBackpropFilterAttrs;
    const products = find('filter gradient', { input: x.shape, filter: filterShape }, of);
    return products?.filterGradient(backend, { x, dy }) ?? null;
  },
});

export type Pass = 'forward' | 'input gradient' | 'filter gradient';

/** 2×2: three in four taps of a 3×3 filter lead outside of the image at each place. */
const SMALL = 4;
/** 8×8 */
const MEDIUM = 64;

/**
 * Which convolutions on a CPU TensorFlow computes faster as products of matrices than by oneDNN. It is a rule and
 * no trial as a run begins, so that a machine computes the same each time. Measured on two cores with AVX2,
 * milliseconds by oneDNN and as products, 3×3 filters, 512 channels, 32 images:
 *
 * | image | forward | input gradient | filter gradient |
 * | --- | --- | --- | --- |
 * | 2×2 | 6.4, 4.2 | 6.8, 4.2 | 44, 6.4 |
 * | 4×4 | 16, 19 | 13, 13 | 28, 20 |
 * | 8×8 | 51, 53 | 51, 54 | 89, 80 |
 * | 12×12 | 128, 130 | 115, 130 | 197, 205 |
 *
 * With AVX-512 oneDNN's filter gradients run at what the processor can compute. Those of 1×1 filters as products
 * gain by themselves, but not within a training step.
 */
export function isFasterAsProducts(
  pass: Pass,
  [, height, width]: Shape4D,
  [rows, columns]: Shape4D,
  instructions: Instructions,
): boolean {
  if (rows * columns === 1) return false;
  const largest = pass === 'filter gradient' && instructions === 'avx2' ? MEDIUM : SMALL;
  return height * width <= largest;
}
