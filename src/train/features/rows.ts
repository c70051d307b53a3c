import { Float16Array } from '@petamoriken/float16';
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
