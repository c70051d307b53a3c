import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../../../experiment/experiment.ts';
import { AttrType } from '../attributes.ts';
import type { NodeJSKernelBackend } from '../backend.ts';
import { convolutionInfo, spreadPixels } from './geometry.ts';
import { FLOAT, NHWC, type Operands, type OwnKernel } from './own-kernel.ts';

/** The widest filter whose gradient oneDNN computes with vector instructions. */
const WIDEST = 3;

/**
 * Returns kernels of the gradients of depthwise convolutions, where oneDNN falls back to slow code. The rules are fixed, not
 * autotuned. Milliseconds of TensorFlow's operation and of these kernels on two cores with AVX-512, for 32 images:
 *
 * | gradient | image | float32 | bfloat16 |
 * | --- | --- | --- | --- |
 * | of a 5×5 filter | 24×24×240 | 22, 15 | 52, 6.1 |
 * | of a 5×5 filter | 12×12×480 | 14, 7.8 | 27, 4.4 |
 * | of a 5×5 filter | 3×3×1152 | 4.4, 1.2 | 19, 0.8 |
 * | of the input, stride 2 | 48×48×64 | 1.9 | 30, 2.2 |
 * | of the input, stride 2 | 12×12×256 | 0.4 | 22, 0.6 |
 *
 * @param precision returns the precision of the function that is being recorded
 */
export function depthwiseGradients(precision: () => Precision): OwnKernel[] {
  return [inputGradient(precision), filterGradient];
}

/** Computes the gradient of a wide filter in parts of three columns, which overlap at the end. */
const filterGradient: OwnKernel = {
  name: tf.DepthwiseConv2dNativeBackpropFilter,
  run(_, inputs, attributes) {
    const { x, dy } = inputs as Operands<'x' | 'dy'>;
    const { filterShape, ...convolution } =
      attributes as tf.DepthwiseConv2dNativeBackpropFilterAttrs;
    const info = convolutionInfo(x.shape, filterShape, convolution, true);
    const { filterHeight, filterWidth, outHeight, outWidth, strideHeight, strideWidth } = info;
    if (filterWidth <= WIDEST || isDilated(info)) return null;
    const { top, left } = info.padInfo;
    const height = (outHeight - 1) * strideHeight + filterHeight;
    const width = (outWidth - 1) * strideWidth + filterWidth;
    const [batch, rows, columns, channels] = x.shape;
    const after = [Math.max(0, height - top - rows), Math.max(0, width - left - columns)] as const;
    return tf.tidy(() => {
      const padded = tf.pad(x, [
        [0, 0],
        [top, after[0]],
        [left, after[1]],
        [0, 0],
      ]);
      const parts: tf.Tensor4D[] = [];
      for (let done = 0; done < filterWidth; done += WIDEST) {
        const start = Math.min(done, filterWidth - WIDEST);
        const size = [batch, height, width - filterWidth + WIDEST, channels];
        const part: tf.Tensor4D = tf.engine().runKernel(
          tf.DepthwiseConv2dNativeBackpropFilter,
          { x: tf.slice(padded, [0, 0, start, 0], size), dy },
          {
            strides: [strideHeight, strideWidth],
            dilations: 1,
            pad: 'valid',
            filterShape: [filterHeight, WIDEST, filterShape[2], filterShape[3]],
          },
        );
        parts.push(start < done ? tf.slice(part, [0, done - start, 0, 0]) : part);
      }
      return tf.concat(parts, 1);
    });
  },
};

/**
 * In bfloat16, computes the gradient of the input with strides as a convolution: of the upstream gradient, with zeros
 * between its pixels, by the rotated filter.
 */
const inputGradient = (precision: () => Precision): OwnKernel => ({
  name: tf.DepthwiseConv2dNativeBackpropInput,
  run(backend, inputs, attributes) {
    const { dy, filter } = inputs as Operands<'dy' | 'filter'>;
    const { inputShape, ...convolution } = attributes as tf.DepthwiseConv2dNativeBackpropInputAttrs;
    const info = convolutionInfo(inputShape, filter.shape, convolution, true);
    const { strideHeight, strideWidth, inHeight, inWidth, filterHeight, filterWidth } = info;
    const isStrided = strideHeight > 1 || strideWidth > 1;
    if (precision() !== 'bfloat16' || !isStrided || isDilated(info) || filter.shape[3] > 1) {
      return null;
    }
    const { top, left } = info.padInfo;
    return tf.tidy(() => {
      const spread = spreadPixels(dy, strideHeight, strideWidth);
      const after = [inHeight + top - spread.shape[1], inWidth + left - spread.shape[2]] as const;
      // Zeros at the end may exceed the image.
      const kept = tf.slice(spread, 0, [
        -1,
        spread.shape[1] + Math.min(0, after[0]),
        spread.shape[2] + Math.min(0, after[1]),
        -1,
      ]) as tf.Tensor4D;
      const rows = [filterHeight - 1 - top, Math.max(0, after[0])];
      const columns = [filterWidth - 1 - left, Math.max(0, after[1])];
      return explicitDepthwise(backend, kept, tf.reverse(filter, [0, 1]), [...rows, ...columns]);
    });
  },
});

function isDilated({ dilationHeight, dilationWidth }: tf.backend_util.Conv2DInfo): boolean {
  return dilationHeight > 1 || dilationWidth > 1;
}

/** @param padding rows before and after, columns before and after */
function explicitDepthwise(
  backend: NodeJSKernelBackend,
  x: tf.Tensor4D,
  filter: tf.Tensor,
  padding: readonly number[],
): tf.Tensor {
  const ones = [1, 1, 1, 1];
  const attributes = [
    ...FLOAT,
    NHWC,
    { name: 'strides', type: AttrType.int, value: ones },
    { name: 'dilations', type: AttrType.int, value: ones },
    { name: 'padding', type: AttrType.string, value: 'EXPLICIT' },
    { name: 'explicit_paddings', type: AttrType.int, value: [0, 0, ...padding, 0, 0] },
  ];
  return backend.executeSingleOutput('DepthwiseConv2dNative', attributes, [x, filter]);
}
