import * as tf from '@tensorflow/tfjs';
import type { TrainedWeight } from './optimizer.ts';

/**
 * Exponential moving average of the weights (Polyak averaging), as Keras' `use_ema` keeps it: it begins
 * with the weights after the first update, follows every batch, and takes the weights' place when
 * training ends.
 */
export class MovingAverage {
  readonly averages: readonly tf.Variable[];
  readonly #weights: readonly TrainedWeight[];
  readonly #momentum: number;

  constructor(weights: readonly TrainedWeight[], momentum: number) {
    this.#weights = weights;
    this.#momentum = momentum;
    this.averages = weights.map(({ variable }) =>
      tf.tidy(() => tf.variable(tf.zerosLike(variable.read()), false)),
    );
  }

  /** `updates`: how many the optimizer had made before this batch, a scalar. */
  follow(updates: tf.Tensor): void {
    const momentum = tf.notEqual(updates, 0).toFloat().mul(this.#momentum);
    this.averages.forEach((average, i) => {
      const weight = (this.#weights[i] as TrainedWeight).variable.read();
      average.assign(average.mul(momentum).add(weight.mul(tf.sub(1, momentum))));
    });
  }

  /** Gives the weights their averages. */
  overwrite(): void {
    this.averages.forEach((average, i) => {
      (this.#weights[i] as TrainedWeight).variable.write(average);
    });
  }
}
