import * as tf from '@tensorflow/tfjs';
import type { CompiledFunction, TensorFunction } from './engine.ts';

/** A function that is called again at each run: what an engine gives that compiles nothing. */
export function uncompiled(fn: TensorFunction): CompiledFunction {
  return {
    run: async (inputs) => tf.tidy(() => fn(inputs) as tf.Tensor[]),
    dispose() {},
  };
}
