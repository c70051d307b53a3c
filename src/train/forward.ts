import type * as tf from '@tensorflow/tfjs';
import type { Predictions } from './losses/loss.ts';

/** What tfjs-layers keeps of a layer's activation: an object, but a function in `layers.softmax`. */
interface Activated {
  activation?: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor };
  softmax?: (x: tf.Tensor) => tf.Tensor;
}

const linear = { getClassName: () => 'linear', apply: (x: tf.Tensor) => x };

/** Runs the model on `x`; a last softmax or sigmoid is taken off it for the while and applied here. */
export function forward(model: tf.LayersModel, x: tf.Tensor, training: boolean): Predictions {
  const run = () => model.apply(x, { training }) as tf.Tensor2D;
  const last = model.outputs[0]?.sourceLayer as Activated;
  const { activation, softmax } = last;
  const name = softmax ? 'softmax' : activation?.getClassName();
  if (name !== 'softmax' && name !== 'sigmoid') return { probabilities: run(), logits: null };
  try {
    if (softmax) last.softmax = linear.apply;
    else last.activation = linear;
    const logits = run();
    return { probabilities: name === 'softmax' ? logits.softmax() : logits.sigmoid(), logits };
  } finally {
    if (softmax) last.softmax = softmax;
    else if (activation) last.activation = activation;
  }
}
