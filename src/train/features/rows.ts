import { Float16Array } from '@petamoriken/float16';
import * as tf from '@tensorflow/tfjs';
import type { FeaturesConfig } from '../../config/experiment.ts';
import type { Shape } from '../../model/graph.ts';
import { elements } from '../../model/layers/args.ts';

/** How features are kept: rows of little-endian numbers, one for each picture. */
export interface FeatureFormat {
  /** Of one picture's. */
  readonly shape: Shape;
  readonly dtype: FeaturesConfig['dtype'];
}

const numberBytes = { float32: 4, float16: 2 };

export function rowBytes({ shape, dtype }: FeatureFormat): number {
  return elements(shape) * numberBytes[dtype];
}

export function toBytes(values: Float32Array, { dtype }: FeatureFormat): Uint8Array {
  const { buffer, byteOffset, byteLength } = values;
  if (dtype === 'float32') return new Uint8Array(buffer, byteOffset, byteLength);
  return new Uint8Array(new Float16Array(values).buffer);
}

/** Rows as a tensor, batch first. */
export function toTensor(rows: readonly Uint8Array[], format: FeatureFormat): tf.Tensor {
  const { shape, dtype } = format;
  const stride = rowBytes(format);
  const bytes = new Uint8Array(rows.length * stride);
  for (const [i, row] of rows.entries()) bytes.set(row, i * stride);
  const batch = [rows.length, ...shape];
  if (dtype === 'float32') return tf.tensor(new Float32Array(bytes.buffer), batch);
  const encoding = {
    name: 'rows',
    shape: batch,
    dtype: 'float32',
    quantization: { dtype },
  } as const;
  return tf.io.decodeWeights(bytes.buffer, [encoding]).rows as tf.Tensor;
}
