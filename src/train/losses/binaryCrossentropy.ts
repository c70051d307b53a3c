import type { Tensor1D } from '@tensorflow/tfjs';
import { clipped, type Loss } from './loss.ts';

/**
 * Keras' BinaryCrossentropy, the mean over the classes; its smoothing goes towards 1/2
 * (keras/src/losses/losses.py).
 */
export const binaryCrossentropy: Loss = (labels, { probabilities, logits }, { labelSmoothing }) => {
  const yes = labels.mul(1 - labelSmoothing).add(0.5 * labelSmoothing);
  const no = yes.neg().add(1);
  if (logits) {
    return yes.mul(logits.neg().softplus()).add(no.mul(logits.softplus())).mean<Tensor1D>(-1);
  }
  const p = clipped(probabilities);
  const logLikelihood = yes.mul(p.log()).add(no.mul(p.neg().add(1).log()));
  return logLikelihood.mean<Tensor1D>(-1).neg();
};
