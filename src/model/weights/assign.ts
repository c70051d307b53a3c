import * as tf from '@tensorflow/tfjs';
import { splitWeightName, type WeightFile } from './format.ts';
import { type LayerWeights, matchWeights } from './match.ts';

/**
 * Loads a weight file into layers by name; see {@link matchWeights}.
 *
 * @throws InputError if the file has no weights for a layer, or if a shape differs; then no layer is changed.
 */
export async function assignWeights(
  layers: readonly tf.layers.Layer[],
  file: WeightFile,
): Promise<void> {
  const matched = matchWeights(layers.map(layerWeights), file);
  for (const layer of layers) {
    const entries = matched.get(layer.name) ?? [];
    const values = await Promise.all(entries.map((entry) => entry.read()));
    const { weights } = layerWeights(layer);
    const tensors = weights.map(({ shape }, i) =>
      tf.tensor(values[i] ?? [], [...shape], 'float32'),
    );
    layer.setWeights(tensors);
    tf.dispose(tensors);
  }
}

function layerWeights(layer: tf.layers.Layer): LayerWeights {
  return {
    layer: layer.name,
    weights: layer.weights.map((weight) => ({
      name: splitWeightName(weight.originalName).name,
      shape: weight.shape.map((size) => size ?? 0),
    })),
  };
}
