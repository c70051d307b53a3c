import { type Loss, normalized, smoothed } from './loss.ts';

/** Lin et al. 2017; Keras' CategoricalFocalCrossentropy (keras/src/losses/losses.py). */
export const focal: Loss = (labels, { probabilities }, config) => {
  const p = normalized(probabilities);
  const crossentropy = smoothed(labels, config).mul(p.log()).neg();
  return p.neg().add(1).pow(config.gamma).mul(config.alpha).mul(crossentropy).sum(-1);
};
