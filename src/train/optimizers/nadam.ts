import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow, UpdateRule } from './rule.ts';

type Slots = { readonly momentum: Tensor; readonly velocity: Tensor };
type Shared = {
  /** The momentum of this step. */
  readonly u: Tensor;
  /** The momentum of the next step. */
  readonly uNext: Tensor;
  /** The product of the momenta up to this step. */
  readonly uProduct: Tensor;
  readonly beta2Power: Tensor;
};

type Args = { readonly beta1: number; readonly beta2: number; readonly epsilon: number };

/** Adam with Nesterov momentum (Dozat 2016; keras/src/optimizers/nadam.py). */
export const nadam = {
  rule({ beta1, beta2, epsilon }: Args, tf: TensorFlow): UpdateRule<Slots, Shared> {
    const momentumAt = (step: Tensor) => tf.sub(1, tf.pow(0.96, step).mul(0.5)).mul(beta1);
    return {
      slots: { momentum: 0, velocity: 0 },
      shared: { u: 0, uNext: 0, uProduct: 1, beta2Power: 1 },
      advance(step, { uProduct }) {
        const u = momentumAt(step);
        return {
          u,
          uNext: momentumAt(step.add(1)),
          uProduct: uProduct.mul(u),
          beta2Power: tf.pow(beta2, step),
        };
      },
      update({ gradient, slots, shared: { u, uNext, uProduct, beta2Power }, learningRate }) {
        const momentum = slots.momentum.add(gradient.sub(slots.momentum).mul(1 - beta1));
        const velocity = slots.velocity.add(
          gradient
            .square()
            .sub(slots.velocity)
            .mul(1 - beta2),
        );
        const momentumHat = momentum
          .mul(uNext)
          .div(tf.sub(1, uProduct.mul(uNext)))
          .add(gradient.mul(tf.sub(1, u)).div(tf.sub(1, uProduct)));
        const velocityHat = velocity.div(tf.sub(1, beta2Power));
        return {
          delta: momentumHat.mul(learningRate).div(velocityHat.sqrt().add(epsilon)),
          slots: { momentum, velocity },
        };
      },
    };
  },
};
