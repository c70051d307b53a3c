import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../engine/engine.ts';
import { RunError } from '../../errors.ts';
import { engineKey } from '../../random.ts';

/** Uniform float32 in [0, 1); a stream is a layer's name, and gives the same numbers within one step. */
export type UniformSource = (shape: number[], stream: string) => tf.Tensor;

let current: UniformSource | undefined;

/** Sets where layers draw from in the forward passes to come; the training loop does so before each. */
export function drawFrom(source: UniformSource): void {
  current = source;
}

/** Draws that depend on nothing but seed, step (an int32) and layer, so that a resumed run continues bit for bit. */
export function stepSource(
  engine: Pick<Engine, 'randomUniform'>,
  { seed, step }: { readonly seed: number; readonly step: tf.Scalar },
): UniformSource {
  return (shape, stream) => {
    const layer = tf.scalar(engineKey([seed, 'layer', stream])[0], 'int32');
    return engine.randomUniform(shape, tf.stack([layer, step]) as tf.Tensor1D);
  };
}

/** @throws RunError when a layer draws before anyone called `drawFrom`. */
export function uniform(shape: number[], stream: string): tf.Tensor {
  if (current) return current(shape, stream);
  throw new RunError(
    `layer ${stream} needs random numbers in training, and no source of them was set`,
  );
}
