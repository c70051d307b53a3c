import * as tf from '@tensorflow/tfjs';
import type { PackedType } from '../engine.ts';
import { AttrType } from './attributes.ts';
import type { Tensors } from './compile/tensors.ts';
import { DType } from './dtypes.ts';

const type = (name: string, value: number) => ({ name, type: AttrType.type, value });

/** Reads the bytes of float32 words as numbers of another type; see `Engine.unpack`. */
export function unpack(
  tensors: Tensors,
  words: tf.Tensor2D,
  { dtype, count }: { readonly dtype: PackedType; readonly count: number },
): tf.Tensor2D {
  const [rows] = words.shape;
  return tf.tidy(() => {
    const numbers = dtype === 'float32' ? words : cast(tensors, words, DType[dtype]);
    return numbers.reshape<tf.Tensor2D>([rows, -1]).slice([0, 0], [rows, count]);
  });
}

/** The numbers that the words consist of have a type that no tensor of tfjs has. */
function cast(tensors: Tensors, words: tf.Tensor, dtype: number): tf.Tensor {
  const attributes = [type('T', DType.float32), type('type', dtype)];
  const [numbers] = tensors.execute('Bitcast', tensors.ids([words]), { attributes });
  if (!numbers) throw new Error('Bitcast gave nothing');
  const toFloat = [type('SrcT', dtype), type('DstT', DType.float32)];
  const [floats] = tensors.execute('Cast', [numbers.id], { attributes: toFloat });
  tensors.binding.deleteTensor(numbers.id);
  if (!floats) throw new Error('Cast gave nothing');
  return tensors.make(floats);
}
