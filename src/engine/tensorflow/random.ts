import * as tf from '@tensorflow/tfjs';
import type { RandomKey } from '../engine.ts';
import { AttrType } from './attributes.ts';
import { DType } from './dtypes.ts';
import type { NodeJSKernelBackend } from './kernels.ts';

const type = (name: string, value: number) => ({ name, type: AttrType.type, value });

/** What one of TensorFlow's generators that keep no state (Philox: Salmon et al. 2011) gives for a key. */
export function draw(
  backend: NodeJSKernelBackend,
  name: string,
  {
    shape,
    key,
    dtype = DType.float32,
  }: { readonly shape: readonly number[]; readonly key: RandomKey; readonly dtype?: number },
): tf.Tensor {
  const attributes = [type('dtype', dtype), type('T', DType.int32), type('Tseed', DType.int32)];
  return tf.tidy(() =>
    backend.executeSingleOutput(name, attributes, [
      tf.tensor1d([...shape], 'int32'),
      key instanceof tf.Tensor ? key : tf.tensor1d([...key], 'int32'),
    ]),
  );
}

/** What steps draw. */
export class Random {
  readonly #backend: NodeJSKernelBackend;

  constructor(backend: NodeJSKernelBackend) {
    this.#backend = backend;
  }

  /** Float32 in [0, 1). */
  uniform(shape: readonly number[], key: RandomKey): tf.Tensor {
    return draw(this.#backend, 'StatelessRandomUniform', { shape, key });
  }

  /**
   * 1 with the probability `1 - rate`, else 0, float32. Drawing is what costs: where eight random bits give
   * the rate exactly, such as 1/4 and 1/2, an element takes no more of them.
   */
  mask(shape: readonly number[], rate: number, key: RandomKey): tf.Tensor {
    return tf.tidy(() => {
      const limit = rate * 256;
      if (!Number.isInteger(limit)) return this.uniform(shape, key).greaterEqual(rate).toFloat();
      const size = tf.util.sizeFromShape([...shape]);
      const { int32, uint8, bool, float32 } = DType;
      const words = { shape: [Math.ceil(size / 4)], key, dtype: int32 };
      const drawn = draw(this.#backend, 'StatelessRandomUniformFullInt', words);
      const bytes = this.#run('Bitcast', [type('T', int32), type('type', uint8)], [drawn]);
      const least = this.#cast(tf.scalar(limit, 'int32'), int32, uint8);
      const kept = this.#run('GreaterEqual', [type('T', uint8)], [bytes, least]);
      const mask = this.#cast(kept, bool, float32).flatten();
      return mask.slice(0, size).reshape([...shape]);
    });
  }

  #cast(x: tf.Tensor, from: number, to: number): tf.Tensor {
    return this.#run('Cast', [type('SrcT', from), type('DstT', to)], [x]);
  }

  #run(name: string, attributes: ReturnType<typeof type>[], inputs: tf.Tensor[]): tf.Tensor {
    return this.#backend.executeSingleOutput(name, attributes, inputs);
  }
}
