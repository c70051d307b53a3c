import * as tf from '@tensorflow/tfjs';
import { RunError } from '../../common/errors.ts';
import { engineKey } from '../../common/random.ts';
import type { Engine } from '../../engine/engine.ts';

/** What layers draw from; a stream is a layer's name, and gives the same numbers within one step. */
export interface RandomSource {
  /** Uniform float32 in [0, 1). */
  uniform(shape: number[], stream: string): tf.Tensor;
  /** 0 with the probability `rate`, else 1. */
  mask(shape: number[], rate: number, stream: string): tf.Tensor;
}

let current: RandomSource | undefined;

/** Sets where layers draw from in the forward passes to come; the training loop does so before each. */
export function drawFrom(source: RandomSource): void {
  current = source;
}

/** Draws that depend on nothing but seed, step (an int32) and layer, so that a resumed run continues bit for bit. */
export function stepSource(
  engine: Pick<Engine, 'randomUniform' | 'randomMask'>,
  { seed, step }: { readonly seed: number; readonly step: tf.Scalar },
): RandomSource {
  const key = (stream: string) => {
    const layer = tf.scalar(engineKey([seed, 'layer', stream])[0], 'int32');
    return tf.stack([layer, step]) as tf.Tensor1D;
  };
  return {
    uniform: (shape, stream) => engine.randomUniform(shape, key(stream)),
    mask: (shape, rate, stream) => engine.randomMask(shape, rate, key(stream)),
  };
}

/** @throws RunError when the layer draws before anyone called `drawFrom`. */
export function randomSource(layer: string): RandomSource {
  if (current) return current;
  throw new RunError(
    `layer ${layer} needs random numbers in training, and no source of them was set`,
  );
}
