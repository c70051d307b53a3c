import * as tf from '@tensorflow/tfjs';
import type { OptimizerConfig } from '../../config/experiment.ts';

const norm = (x: tf.Tensor) => x.square().sum().sqrt();

/**
 * Gradients made smaller as the optimizer's `clipNorm` (each by itself), `globalClipNorm` (all together)
 * or `clipValue` (element by element) asks; only one of them may be set
 * (keras/src/optimizers/base_optimizer.py).
 */
export function clip(gradients: readonly tf.Tensor[], config: OptimizerConfig): tf.Tensor[] {
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
