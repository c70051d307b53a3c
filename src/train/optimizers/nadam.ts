import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow, UpdateRule } from './rule.ts';

type Slots = { readonly momentum: Tensor; readonly velocity: Tensor };
type Shared = {
  /** This step's and the next one's momentum, and the product of all up to this step. */
  readonly u: Tensor;
  readonly uNext: Tensor;
  readonly uProduct: Tensor;
  readonly beta2Power: Tensor;
};

const args = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** Adam with Nesterov momentum (Dozat 2016; keras/src/optimizers/nadam.py). */
export const nadam = {
  learningRate: 0.001,
  weightDecay: null,
  args,
  rule({ beta1, beta2, epsilon }: typeof args, tf: TensorFlow): UpdateRule<Slots, Shared> {
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
