import * as tf from '@tensorflow/tfjs';
import { randomSource } from './random.ts';

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
