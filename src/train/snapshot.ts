import * as tf from '@tensorflow/tfjs';

/** All weights of a model as they were at one moment, running statistics included. */
export class Snapshot {
  /** In the order of the model's layers. */
  readonly values: readonly tf.Tensor[];
  readonly #model: tf.LayersModel;

  /** @param values of an earlier snapshot, taken over; left out: those that the model has now. */
  constructor(model: tf.LayersModel, values?: readonly tf.Tensor[]) {
    this.#model = model;
    this.values = values ?? weightsOf(model).map((weight) => weight.read().clone());
  }

  /** Puts the weights back. */
  restore(): void {
    weightsOf(this.#model).forEach((weight, i) => {
      weight.write(this.values[i] as tf.Tensor);
    });
  }

  dispose(): void {
    tf.dispose([...this.values]);
  }
}

function weightsOf(model: tf.LayersModel): tf.LayersModel['weights'] {
  return model.layers.flatMap((layer) => layer.weights);
}
