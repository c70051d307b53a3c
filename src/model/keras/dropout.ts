import * as tf from '@tensorflow/tfjs';
import { randomSource } from './random.ts';

export interface DropoutArgs {
  readonly name: string;
  readonly rate: number;
  /** With the batch axis first; `null`: the input's own size. */
  readonly noiseShape?: readonly (number | null)[];
}

/** keras/src/layers/regularization/dropout.py: keeps a part of 1 - rate, and divides by it. */
export class Dropout extends tf.layers.Layer {
  static readonly className = 'Dropout';
  readonly #rate: number;
  readonly #noiseShape: readonly (number | null)[] | undefined;

  constructor({ noiseShape, ...args }: DropoutArgs) {
    super(args);
    this.#rate = args.rate;
    this.#noiseShape = noiseShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    if (!kwargs.training || this.#rate === 0) return input;
    return tf.tidy(() => {
      const shape = input.shape.map((size, axis) => this.#noiseShape?.[axis] ?? size);
      const kept = randomSource(this.name).mask(shape, this.#rate, this.name);
      return input.mul(kept.div(1 - this.#rate));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const noiseShape = this.#noiseShape ? [...this.#noiseShape] : null;
    return { ...super.getConfig(), rate: this.#rate, noiseShape };
  }
}
tf.serialization.registerClass(Dropout);
