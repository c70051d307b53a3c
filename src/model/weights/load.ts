import type * as tf from '@tensorflow/tfjs';
import type { BackboneConfig, Json } from '../../config/experiment.ts';
import { InputError } from '../../errors.ts';
import { buildGraph } from '../build-graph.ts';
import type { Graph } from '../graph.ts';
import { summarize } from '../summary.ts';
import { assignWeights } from './assign.ts';
import type { KerasLayer, WeightFile } from './format.ts';
import { openWeights } from './formats.ts';
import { kerasOrder } from './keras-order.ts';
import { namedInOrder } from './match.ts';

/**
 * The model that a `model.json`, `.keras` or whole `.h5` describes, in Keras' words (`class_name`,
 * `config`).
 *
 * @throws InputError when the file holds weights alone.
 */
export async function readArchitecture(path: string): Promise<Json> {
  const file = await openWeights(path);
  await file.close();
  if (file.architecture !== null) return file.architecture;
  throw new InputError(
    `${path} (${file.format}) holds weights alone; a backbone's model must be a tfjs model.json, or a .keras or .h5 of a whole Keras model`,
  );
}

/**
 * Puts the numbers of a weight file into the layers of a model's backbone; its head stays as it is.
 *
 * @param path as `resolveWeights` gives it.
 * @param source the network that `model` or `run` names; `null` for other backbones.
 * @throws InputError when a layer is left without weights, or a shape does not fit.
 */
export async function loadWeights(
  model: tf.LayersModel,
  path: string,
  backbone: BackboneConfig,
  source: Graph | null,
): Promise<void> {
  const whole = buildGraph({ backbone: { ...backbone, cut: null }, head: [] }, source);
  const order = kerasOrder(whole);
  const file = await openWeights(path, order);
  try {
    const fitting = backbone.weights === 'imagenet' ? asKerasLoads(file, whole, order) : file;
    const used = buildGraph({ backbone, head: [] }, source).nodes.map((node) => node.name);
    await assignWeights(
      model.layers.filter((layer) => used.includes(layer.name)),
      fitting,
    );
  } finally {
    await file.close();
  }
}

function asKerasLoads(file: WeightFile, whole: Graph, order: readonly KerasLayer[]): WeightFile {
  const weights = new Map(summarize(whole).map((layer) => [layer.name, layer.weights]));
  const layers = order.map(({ name }) => ({ layer: name, weights: weights.get(name) ?? [] }));
  return namedInOrder(layers, file);
}
