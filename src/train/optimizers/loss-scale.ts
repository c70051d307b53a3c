import * as tf from '@tensorflow/tfjs';

/** Keras' defaults. */
const INITIAL_SCALE = 2 ** 15;
const GROWTH_STEPS = 2000;

/**
 * Dynamic scaling of the loss, so that small gradients do not vanish in float16. A batch with a gradient that is not
 * finite changes nothing but the scale, which halves. After 2,000 finite batches in a row the scale doubles.
 * Source: keras/src/optimizers/loss_scale_optimizer.py.
 */
export class LossScale {
  /** The variables to save, by name. */
  readonly state: ReadonlyMap<string, tf.Variable>;
  readonly #scale: tf.Variable<tf.Rank.R0> = tf.tidy(() =>
    tf.variable<tf.Rank.R0>(tf.scalar(INITIAL_SCALE), false),
  );
  /** Finite batches since the scale changed. */
  readonly #finiteBatches: tf.Variable<tf.Rank.R0> = tf.tidy(() =>
    tf.variable<tf.Rank.R0>(tf.scalar(0), false),
  );

  constructor() {
    this.state = new Map([
      ['lossScale', this.#scale],
      ['finiteBatches', this.#finiteBatches],
    ]);
  }

  scale(loss: tf.Scalar): tf.Scalar {
    return loss.mul(this.#scale);
  }

  /**
   * Runs an update with the gradients of the loss itself. If one of them is not finite, the variables get their former
   * values back.
   */
  apply(
    gradients: readonly tf.Tensor[],
    variables: readonly UpdatedVariable[],
    update: (gradients: readonly tf.Tensor[]) => void,
  ): void {
    const factor = tf.div(1, this.#scale);
    const unscaled = gradients.map((gradient) => gradient.mul(factor));
    const finite = tf.stack(unscaled.map((gradient) => gradient.isFinite().all())).all();
    const before = variables.map((variable) => variable.read().clone());
    update(unscaled);
    variables.forEach((variable, i) => {
      variable.write(tf.where(finite, variable.read(), before[i] as tf.Tensor));
    });
    this.#adapt(finite);
  }

  #adapt(finite: tf.Tensor): void {
    const finiteBatches = this.#finiteBatches.add<tf.Scalar>(1);
    const grows = finiteBatches.equal(GROWTH_STEPS);
    const kept = tf.where(grows, this.#scale.mul<tf.Scalar>(2), this.#scale);
    this.#scale.assign(tf.where(finite, kept, this.#scale.div<tf.Scalar>(2)));
    this.#finiteBatches.assign(
      tf.where(finite.logicalAnd(grows.logicalNot()), finiteBatches, tf.scalar(0)),
    );
  }
}

/** A variable that an update changes. */
export interface UpdatedVariable {
  read(): tf.Tensor;
  write(value: tf.Tensor): void;
}
