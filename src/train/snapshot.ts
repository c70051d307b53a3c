import * as tf from '@tensorflow/tfjs';

/** All weights of a model as they were at one moment, running statistics included. */
export class Snapshot {
  readonly #model: tf.LayersModel;
  readonly #values: tf.Tensor[];

  constructor(model: tf.LayersModel) {
    this.#model = model;
    this.#values = model.weights.map((weight) => weight.read().clone());
  }

  /** Puts the weights back. */
  restore(): void {
    this.#model.weights.forEach((weight, i) => {
      weight.write(this.#values[i] as tf.Tensor);
    });
  }

  dispose(): void {
    tf.dispose(this.#values);
  }
}
