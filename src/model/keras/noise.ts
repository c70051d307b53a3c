import * as tf from '@tensorflow/tfjs';
import { RunError } from '../../common/errors.ts';
import { engineKey } from '../../common/random.ts';
import type { Engine } from '../../engine/engine.ts';

/** A source of random numbers for layers. Within one step, a stream (a layer name) always returns the same numbers. */
interface RandomSource {
  /** Uniform float32 in [0, 1). */
  uniform(shape: number[], stream: string): tf.Tensor;
  /** 0 with the probability `rate`, else 1. */
  mask(shape: number[], rate: number, stream: string): tf.Tensor;
}

let current: RandomSource | undefined;

/** Sets the source of the next forward passes. The training loop calls it before each pass. */
export function setRandomSource(source: RandomSource): void {
  current = source;
}

/** Returns a source that depends on the seed, the step (an int32) and the layer alone, so that runs can be resumed exactly. */
export function stepRandomSource(
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

function currentRandomSource(layer: string): RandomSource {
  if (current) return current;
  throw new RunError(`layer ${layer} needs random numbers in training, but no source is set`);
}

type Inputs = tf.Tensor | tf.Tensor[];
type Kwargs = { training?: boolean };

export interface DropoutArgs {
  readonly name: string;
  readonly rate: number;
  /** Includes the batch axis; `null` is the size of the input. */
  readonly noiseShape?: readonly (number | null)[];
}

/**
 * keras/src/layers/regularization/dropout.py: keeps a fraction of 1 - rate, and divides by it. Unlike in Keras, a frozen layer
 * passes its input, so that the features of a frozen backbone with stochastic depth are constant.
 */
export class Dropout extends tf.layers.Layer {
  static readonly className = 'Dropout';
  readonly #rate: number;
  readonly #noiseShape: readonly (number | null)[] | undefined;

  constructor({ noiseShape, ...args }: DropoutArgs) {
    super(args);
    this.#rate = args.rate;
    this.#noiseShape = noiseShape;
  }

  override call(inputs: Inputs, { training }: Kwargs): tf.Tensor {
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    if (!training || !this.trainable || this.#rate === 0) return input;
    return tf.tidy(() => {
      const shape = input.shape.map((size, axis) => this.#noiseShape?.[axis] ?? size);
      const mask = currentRandomSource(this.name).mask(shape, this.#rate, this.name);
      return input.mul(mask.div(1 - this.#rate));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const noiseShape = this.#noiseShape ? [...this.#noiseShape] : null;
    return { ...super.getConfig(), rate: this.#rate, noiseShape };
  }
}
tf.serialization.registerClass(Dropout);

/** Draws standard normal numbers (Box and Muller 1958). */
function normal(shape: number[], stream: string): tf.Tensor {
  const uniform = currentRandomSource(stream).uniform([2, ...shape], stream);
  const [radius, angle] = uniform.unstack() as [tf.Tensor, tf.Tensor];
  // 1 - u is in (0, 1], where the logarithm is finite.
  const distance = tf.sub(1, radius).log().mul(-2).sqrt();
  return distance.mul(angle.mul(2 * Math.PI).cos());
}

/** A layer that adds noise to its input in training only, unless it is frozen. */
abstract class GaussianLayer extends tf.layers.Layer {
  override call(inputs: Inputs, { training }: Kwargs): tf.Tensor {
    const input = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
    if (!training || !this.trainable) return input;
    return tf.tidy(() => this.applyNoise(input, normal(input.shape, this.name)));
  }

  /** @param noise standard normal numbers in the shape of `x` */
  protected abstract applyNoise(x: tf.Tensor, noise: tf.Tensor): tf.Tensor;
}

/** keras/src/layers/regularization/gaussian_noise.py: x + stddev · n. */
export class GaussianNoise extends GaussianLayer {
  static readonly className = 'GaussianNoise';
  readonly #stddev: number;

  constructor(args: { readonly name: string; readonly stddev: number }) {
    super(args);
    this.#stddev = args.stddev;
  }

  protected override applyNoise(x: tf.Tensor, noise: tf.Tensor): tf.Tensor {
    return x.add(noise.mul(this.#stddev));
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

  protected override applyNoise(x: tf.Tensor, noise: tf.Tensor): tf.Tensor {
    const stddev = Math.sqrt(this.#rate / (1 - this.#rate));
    return x.mul(noise.mul(stddev).add(1));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.#rate };
  }
}
tf.serialization.registerClass(GaussianDropout);
