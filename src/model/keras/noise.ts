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

type Inputs = tf.Tensor | tf.Tensor[];
type Kwargs = { training?: boolean };

/** Standard normal numbers (Box and Muller 1958). */
function normal(shape: number[], stream: string): tf.Tensor {
  const draws = randomSource(stream).uniform([2, ...shape], stream);
  const [radius, angle] = draws.unstack() as [tf.Tensor, tf.Tensor];
  // 1 - u lies in (0, 1], where the logarithm is finite.
  const distance = tf.sub(1, radius).log().mul(-2).sqrt();
  return distance.mul(angle.mul(2 * Math.PI).cos());
}

/** Changes its input at random in training, and only then. */
abstract class GaussianLayer extends tf.layers.Layer {
  override call(inputs: Inputs, { training }: Kwargs): tf.Tensor {
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    if (!training) return input;
    return tf.tidy(() => this.change(input, normal(input.shape, this.name)));
  }

  /** @param n Standard normal numbers in the shape of `x`. */
  protected abstract change(x: tf.Tensor, n: tf.Tensor): tf.Tensor;
}

/** keras/src/layers/regularization/gaussian_noise.py: x + stddev · n. */
export class GaussianNoise extends GaussianLayer {
  static readonly className = 'GaussianNoise';
  readonly #stddev: number;

  constructor(args: { readonly name: string; readonly stddev: number }) {
    super(args);
    this.#stddev = args.stddev;
  }

  protected override change(x: tf.Tensor, n: tf.Tensor): tf.Tensor {
    return x.add(n.mul(this.#stddev));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), stddev: this.#stddev };
  }
}
tf.serialization.registerClass(GaussianNoise);

/** keras/src/layers/regularization/gaussian_dropout.py: x · (1 + √(rate / (1 - rate)) · n). */
export class GaussianDropout extends GaussianLayer {
  static readonly className = 'GaussianDropout';
  readonly #rate: number;

  constructor(args: { readonly name: string; readonly rate: number }) {
    super(args);
    this.#rate = args.rate;
  }

  protected override change(x: tf.Tensor, n: tf.Tensor): tf.Tensor {
    const stddev = Math.sqrt(this.#rate / (1 - this.#rate));
    return x.mul(n.mul(stddev).add(1));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.#rate };
  }
}
tf.serialization.registerClass(GaussianDropout);
