import * as tf from '@tensorflow/tfjs';
import type { NodeJSKernelBackend } from '../kernels.ts';
import { isFloat, type OwnKernel } from './own-kernel.ts';
import { type ConvAttributes, PictureProduct, type Shape4D } from './picture-product.ts';

type Operands<Name extends string> = Readonly<Record<Name, tf.Tensor4D>>;

/** Where it is a product of whole pictures; `null` elsewhere, and on GPUs, for which nothing was measured. */
function product(
  backend: NodeJSKernelBackend,
  [input, filter]: readonly [Shape4D, Shape4D],
  attributes: ConvAttributes,
): PictureProduct | null {
  return backend.isUsingGpuDevice ? null : PictureProduct.of(input, filter, attributes);
}

const forward: OwnKernel = {
  name: tf.Conv2D,
  run(backend, inputs, attributes) {
    const { x, filter } = inputs as Operands<'x' | 'filter'>;
    if (!isFloat(x, filter)) return null;
    const shapes = [x.shape, filter.shape] as const;
    return product(backend, shapes, attributes as tf.Conv2DAttrs)?.forward(x, filter) ?? null;
  },
};

/** As layers call it where nothing is trained. */
const fused: OwnKernel = {
  name: tf.FusedConv2D,
  run(backend, inputs, attributes) {
    const { x, filter, bias, preluActivationWeights } = inputs as Operands<'x' | 'filter'> &
      Partial<Operands<'bias' | 'preluActivationWeights'>>;
    const { activation, leakyreluAlpha, ...of } = attributes as tf.FusedConv2DAttrs;
    const by = isFloat(x, filter) ? product(backend, [x.shape, filter.shape], of) : null;
    if (!by) return null;
    return tf.tidy(() => {
      const y = by.forward(x, filter);
      const sum = bias ? y.add(bias) : y;
      return backend.applyActivation(sum, activation, preluActivationWeights, leakyreluAlpha);
    });
  },
};

const inputGradient: OwnKernel = {
  name: tf.Conv2DBackpropInput,
  run(backend, inputs, attributes) {
    const { dy, filter } = inputs as Operands<'dy' | 'filter'>;
    const { inputShape, ...of } = attributes as tf.Conv2DBackpropInputAttrs;
    const by = product(backend, [inputShape, filter.shape], of);
    return by?.inputGradient(dy, filter, inputShape) ?? null;
  },
};

const filterGradient: OwnKernel = {
  name: tf.Conv2DBackpropFilter,
  run(backend, inputs, attributes) {
    const { x, dy } = inputs as Operands<'x' | 'dy'>;
    const { filterShape, ...of } = attributes as tf.Conv2DBackpropFilterAttrs;
    return product(backend, [x.shape, filterShape], of)?.filterGradient(x, dy) ?? null;
  },
};

/** Convolutions of small pictures, and their gradients. */
export const convolutions: readonly OwnKernel[] = [forward, fused, inputGradient, filterGradient];
