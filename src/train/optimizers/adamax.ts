import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow, UpdateRule } from './rule.ts';

type Slots = { readonly momentum: Tensor; readonly norm: Tensor };
type Shared = { readonly beta1Power: Tensor };

type Args = { readonly beta1: number; readonly beta2: number; readonly epsilon: number };

/** Adam with the infinity norm (Kingma and Ba 2015, section 7.1; keras/src/optimizers/adamax.py). */
export const adamax = {
  rule: ({ beta1, beta2, epsilon }: Args, tf: TensorFlow): UpdateRule<Slots, Shared> => ({
    slots: { momentum: 0, norm: 0 },
    shared: { beta1Power: 1 },
    advance: (step) => ({ beta1Power: tf.pow(beta1, step) }),
    update({ gradient, slots, shared, learningRate }) {
      const momentum = slots.momentum.add(gradient.sub(slots.momentum).mul(1 - beta1));
      const norm = slots.norm.mul(beta2).maximum(gradient.abs());
      const delta = momentum
        .mul(learningRate)
        .div(norm.add(epsilon).mul(tf.sub(1, shared.beta1Power)));
      return { delta, slots: { momentum, norm } };
    },
  }),
};
