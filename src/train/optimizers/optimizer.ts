import * as tf from '@tensorflow/tfjs';
import type { FusedUpdates } from '../../engine/engine.ts';
import type { OptimizerConfig } from '../../experiment/experiment.ts';
import { LossScale, type UpdatedVariable } from './loss-scale.ts';
import type { UpdateRule } from './rule.ts';
import { optimizers } from './table.ts';

/** A weight that the optimizer updates. */
export interface TrainedWeight {
  /** Keras names of layer and weight, e.g. `block1_conv1/kernel`. */
  readonly name: string;
  readonly variable: LayerVariable;
  /** Factor on the learning rate, and so on the weight decay. */
  readonly learningRateScale: number;
}

export type LayerVariable = tf.layers.Layer['trainableWeights'][number];

export interface OptimizerOptions {
  readonly config: OptimizerConfig;
  readonly weights: readonly TrainedWeight[];
  /** Number of batches whose gradients are averaged for one update. */
  readonly gradientAccumulation: number;
  readonly ema: { readonly momentum: number } | null;
  /** Scales the loss, as float16 needs; absent: no. */
  readonly lossScaling?: boolean;
  /** The engine's fused updates; absent: rules are computed with TensorFlow.js. */
  readonly fused?: FusedUpdates | null;
}

/**
 * Keras' optimizer: accumulates, clips, decays, updates and averages, in Keras' order
 * (keras/src/optimizers/base_optimizer.py). All of its state is in `state` and `batches`.
 */
export class Optimizer {
  /** All state variables, by name: `iteration`, `momentum/conv1/kernel`, … */
  readonly state: ReadonlyMap<string, tf.Variable>;
  /** Batches whose gradients were applied. Resuming sets it, like the variables of `state`. */
  batches = 0;
  readonly #options: OptimizerOptions;
  readonly #rule: UpdateRule;
  readonly #average: MovingAverage | null;
  readonly #lossScale: LossScale | null;
  /** The weights and the state that an update changes, without that of the scale. */
  readonly #updated: readonly UpdatedVariable[];

  constructor(options: OptimizerOptions) {
    const { config, weights, gradientAccumulation, ema } = options;
    const kind = optimizers[config.name];
    this.#options = options;
    this.#rule = kind.rule(config.args, tf);
    this.#average = ema && new MovingAverage(weights, ema.momentum);
    this.#lossScale = options.lossScaling ? new LossScale() : null;

    const state = new Map<string, tf.Variable>();
    const add = (name: string, shape: number[], value: number) =>
      state.set(
        name,
        tf.tidy(() => tf.variable(tf.fill(shape, value), false)),
      );
    add('iteration', [], 0);
    for (const [name, value] of Object.entries(this.#rule.shared)) add(name, [], value);
    for (const { name, variable } of weights) {
      const shape = variable.read().shape;
      for (const [slot, value] of Object.entries(this.#rule.slots))
        add(`${slot}/${name}`, shape, value);
      if (gradientAccumulation > 1) add(`gradientAccumulator/${name}`, shape, 0);
    }
    this.#average?.averages.forEach((variable, i) => {
      state.set(`average/${weights[i]?.name}`, variable);
    });
    this.#updated = [
      ...weights.map(({ variable }) => variable),
      ...[...state.values()].map((variable) => ({
        read: () => variable,
        write: (value: tf.Tensor) => variable.assign(value),
      })),
    ];
    this.#lossScale?.state.forEach((variable, name) => {
      state.set(name, variable);
    });
    this.state = state;
  }

  /** Updates so far. */
  get updates(): number {
    return Math.floor(this.batches / this.#options.gradientAccumulation);
  }

  /** True if the next batch completes an update. Otherwise `apply` only accumulates. */
  get completesUpdate(): boolean {
    return (this.batches + 1) % this.#options.gradientAccumulation === 0;
  }

  /** Counts a batch after its gradients are applied. */
  countBatch(): void {
    this.batches += 1;
  }

  /** Returns the loss to differentiate: with `lossScaling` a multiple of the loss. */
  scaleLoss(loss: tf.Scalar): tf.Scalar {
    return this.#lossScale?.scale(loss) ?? loss;
  }

  /**
   * Applies the gradients of one batch, one for each weight: those of `scaleLoss`. It only uses operations on tensors
   * and variables, so that it can be compiled. Call it within `tf.tidy`.
   */
  apply(gradients: readonly tf.Tensor[], learningRate: tf.Tensor): void {
    const update = (unscaled: readonly tf.Tensor[]) => this.#apply(unscaled, learningRate);
    if (this.#lossScale) this.#lossScale.apply(gradients, this.#updated, update);
    else update(gradients);
  }

  #apply(gradients: readonly tf.Tensor[], learningRate: tf.Tensor): void {
    const { gradientAccumulation } = this.#options;
    const iteration = this.#variable('iteration');
    const updatesBefore = iteration.clone();
    if (gradientAccumulation === 1) this.#update(gradients, learningRate);
    else this.#accumulate(gradients, learningRate);
    this.#average?.follow(updatesBefore);
  }

  /** Ends training: with `ema`, the averages replace the weights. */
  finish(): void {
    this.#average?.overwrite();
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }

  #variable(name: string): tf.Variable {
    return this.state.get(name) as tf.Variable;
  }

  #accumulate(gradients: readonly tf.Tensor[], learningRate: tf.Tensor): void {
    const { weights, gradientAccumulation } = this.#options;
    const accumulators = weights.map(({ name }) => this.#variable(`gradientAccumulator/${name}`));
    const sums = accumulators.map((sum, i) => sum.add(gradients[i] as tf.Tensor));
    if (!this.completesUpdate) {
      accumulators.forEach((accumulator, i) => {
        accumulator.assign(sums[i] as tf.Tensor);
      });
      return;
    }
    this.#update(
      sums.map((sum) => sum.div(gradientAccumulation)),
      learningRate,
    );
    for (const accumulator of accumulators) accumulator.assign(tf.zerosLike(accumulator));
  }

  #update(gradients: readonly tf.Tensor[], learningRate: tf.Tensor): void {
    const { config, weights, fused } = this.#options;
    const { weightDecay } = config;
    const iteration = this.#variable('iteration');
    iteration.assign(iteration.add(1));
    const shared = this.#advance(iteration);
    const clipped = clip(gradients, config);
    weights.forEach(({ name, variable, learningRateScale }, i) => {
      const rate = learningRateScale === 1 ? learningRate : learningRate.mul(learningRateScale);
      const weight = variable.read() as tf.Variable;
      if (weightDecay !== null) variable.write(weight.sub(weight.mul(weightDecay).mul(rate)));
      const slots = Object.fromEntries(
        Object.keys(this.#rule.slots).map((slot) => [slot, this.#variable(`${slot}/${name}`)]),
      );
      const gradient = clipped[i] as tf.Tensor;
      const at = { gradient, slots, shared, learningRate: rate };
      if (fused && this.#rule.fused?.(fused, { ...at, variable: weight })) return;
      const result = this.#rule.update(at);
      for (const [slot, value] of Object.entries(result.slots)) {
        this.#variable(`${slot}/${name}`).assign(value);
      }
      variable.write(weight.sub(result.delta));
    });
  }

  #advance(step: tf.Tensor): Readonly<Record<string, tf.Tensor>> {
    const names = Object.keys(this.#rule.shared);
    const before = Object.fromEntries(names.map((name) => [name, this.#variable(name)]));
    const after = this.#rule.advance?.(step, before) ?? before;
    for (const [name, value] of Object.entries(after)) this.#variable(name).assign(value);
    return after;
  }
}

/**
 * The exponential moving average of the weights (Polyak averaging), as Keras' `use_ema`: it starts with the
 * weights after the first update, follows every batch, and replaces the weights when training ends.
 */
class MovingAverage {
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

  /** @param updates Updates before this batch, a scalar. */
  follow(updates: tf.Tensor): void {
    const momentum = tf.notEqual(updates, 0).toFloat().mul(this.#momentum);
    this.averages.forEach((average, i) => {
      const weight = (this.#weights[i] as TrainedWeight).variable.read();
      average.assign(average.mul(momentum).add(weight.mul(tf.sub(1, momentum))));
    });
  }

  /** Writes the averages into the weights. */
  overwrite(): void {
    this.averages.forEach((average, i) => {
      (this.#weights[i] as TrainedWeight).variable.write(average);
    });
  }
}

const norm = (x: tf.Tensor) => x.square().sum().sqrt();

/**
 * Clips gradients by `clipNorm` (each gradient), `globalClipNorm` (all gradients together) or `clipValue`
 * (each element). Only one of them may be set (keras/src/optimizers/base_optimizer.py).
 */
function clip(gradients: readonly tf.Tensor[], config: OptimizerConfig): tf.Tensor[] {
  const { clipNorm, globalClipNorm, clipValue } = config;
  if (clipNorm !== null)
    return gradients.map((g) => g.mul(clipNorm).div(norm(g).maximum(clipNorm)));
  if (globalClipNorm !== null) {
    const globalNorm = norm(tf.stack(gradients.map(norm)));
    const scale = tf.div(globalClipNorm, globalNorm.maximum(globalClipNorm));
    return gradients.map((g) => g.mul(scale));
  }
  if (clipValue !== null) return gradients.map((g) => g.clipByValue(-clipValue, clipValue));
  return [...gradients];
}
