import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow, UpdateRule } from './rule.ts';

type Slots = {
  readonly momentum: Tensor;
  readonly velocity: Tensor;
  readonly velocityHat?: Tensor;
};
type Shared = { readonly beta1Power: Tensor; readonly beta2Power: Tensor };

type Args = {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
};

/**
 * Adam (Kingma and Ba 2015), with AMSGrad (Reddi et al. 2018; keras/src/optimizers/adam.py). With weight
 * decay it is AdamW (Loshchilov and Hutter 2019; keras/src/optimizers/adamw.py).
 */
export const adam = {
  rule({ beta1, beta2, epsilon, amsgrad }: Args, tf: TensorFlow): UpdateRule<Slots, Shared> {
    return {
      slots: { momentum: 0, velocity: 0, ...(amsgrad && { velocityHat: 0 }) },
      shared: { beta1Power: 1, beta2Power: 1 },
      advance: (step) => ({ beta1Power: tf.pow(beta1, step), beta2Power: tf.pow(beta2, step) }),
      fused(engine, { variable, slots: { momentum, velocity }, shared, gradient, learningRate }) {
        if (amsgrad) return false;
        const { beta1Power, beta2Power } = shared;
        const at = { variable, momentum, velocity, gradient, learningRate, beta1Power, beta2Power };
        engine.adam({ ...at, beta1, beta2, epsilon });
        return true;
      },
      update({ gradient, slots, shared, learningRate }) {
        const alpha = learningRate
          .mul(tf.sqrt(tf.sub(1, shared.beta2Power)))
          .div(tf.sub(1, shared.beta1Power));
        const momentum = slots.momentum.add(gradient.sub(slots.momentum).mul(1 - beta1));
        const velocity = slots.velocity.add(
          gradient
            .square()
            .sub(slots.velocity)
            .mul(1 - beta2),
        );
        const velocityHat = slots.velocityHat?.maximum(velocity);
        const delta = momentum.mul(alpha).div((velocityHat ?? velocity).sqrt().add(epsilon));
        return { delta, slots: { momentum, velocity, ...(velocityHat && { velocityHat }) } };
      },
    };
  },
};
