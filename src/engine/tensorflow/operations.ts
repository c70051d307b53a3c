import * as tf from '@tensorflow/tfjs';
import type { PackedType, RandomKey } from '../engine.ts';
import { AttrType, DType } from './attributes.ts';
import type { NodeJSKernelBackend } from './backend.ts';
import type { Tensors } from './compile/tensors.ts';

// Operations of TensorFlow that tfjs does not have.

const typeAttribute = (name: string, value: number) => ({ name, type: AttrType.type, value });

/** Runs one of TensorFlow's stateless random generators (Philox: Salmon et al. 2011). */
export function drawRandom(
  backend: NodeJSKernelBackend,
  operation: string,
  shape: readonly number[],
  key: RandomKey,
  dtype: number = DType.float32,
): tf.Tensor {
  const attributes = [
    typeAttribute('dtype', dtype),
    typeAttribute('T', DType.int32),
    typeAttribute('Tseed', DType.int32),
  ];
  return tf.tidy(() =>
    backend.executeSingleOutput(operation, attributes, [
      tf.tensor1d([...shape], 'int32'),
      key instanceof tf.Tensor ? key : tf.tensor1d([...key], 'int32'),
    ]),
  );
}

/** Draws uniform float32 in [0, 1). */
export function randomUniform(
  backend: NodeJSKernelBackend,
  shape: readonly number[],
  key: RandomKey,
): tf.Tensor {
  return drawRandom(backend, 'StatelessRandomUniform', shape, key);
}

/**
 * Draws float32: 1 with the probability `1 - rate`, else 0. Random bits are expensive. An element gets only eight of them
 * if they represent the rate exactly, such as 1/4 or 1/2.
 */
export function randomMask(
  backend: NodeJSKernelBackend,
  shape: readonly number[],
  rate: number,
  key: RandomKey,
): tf.Tensor {
  const { int32, uint8, bool, float32 } = DType;
  const cast = (x: tf.Tensor, from: number, to: number) =>
    backend.executeSingleOutput(
      'Cast',
      [typeAttribute('SrcT', from), typeAttribute('DstT', to)],
      [x],
    );
  return tf.tidy(() => {
    const threshold = rate * 256;
    if (!Number.isInteger(threshold)) {
      return randomUniform(backend, shape, key).greaterEqual(rate).toFloat();
    }
    const size = tf.util.sizeFromShape([...shape]);
    const words = [Math.ceil(size / 4)];
    const drawn = drawRandom(backend, 'StatelessRandomUniformFullInt', words, key, int32);
    const bytes = backend.executeSingleOutput(
      'Bitcast',
      [typeAttribute('T', int32), typeAttribute('type', uint8)],
      [drawn],
    );
    const least = cast(tf.scalar(threshold, 'int32'), int32, uint8);
    const kept = backend.executeSingleOutput(
      'GreaterEqual',
      [typeAttribute('T', uint8)],
      [bytes, least],
    );
    const mask = cast(kept, bool, float32).flatten();
    return mask.slice(0, size).reshape([...shape]);
  });
}

/** Reinterprets the bytes of float32 words as numbers of another type; see `Engine.unpack`. */
export function unpack(
  tensors: Tensors,
  words: tf.Tensor2D,
  dtype: PackedType,
  count: number,
): tf.Tensor2D {
  const [rows] = words.shape;
  return tf.tidy(() => {
    const numbers = dtype === 'float32' ? words : bitcastToFloat(tensors, words, DType[dtype]);
    return numbers.reshape<tf.Tensor2D>([rows, -1]).slice([0, 0], [rows, count]);
  });
}

/** tfjs has no tensors of the intermediate dtype, so the operations run by the ids of their tensors. */
function bitcastToFloat(tensors: Tensors, words: tf.Tensor, dtype: number): tf.Tensor {
  const [numbers] = tensors.execute('Bitcast', tensors.ids([words]), {
    attributes: [typeAttribute('T', DType.float32), typeAttribute('type', dtype)],
  });
  if (!numbers) throw new Error('Bitcast returned no tensor');
  const [floats] = tensors.execute('Cast', [numbers.id], {
    attributes: [typeAttribute('SrcT', dtype), typeAttribute('DstT', DType.float32)],
  });
  tensors.binding.deleteTensor(numbers.id);
  if (!floats) throw new Error('Cast returned no tensor');
  return tensors.make(floats);
}
