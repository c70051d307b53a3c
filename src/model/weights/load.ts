import * as tf from '@tensorflow/tfjs';
import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import type { BackboneConfig } from '../../experiment/experiment.ts';
import { buildGraph } from '../build-graph.ts';
import { type Graph, INPUT } from '../graph.ts';
import { layerKinds } from '../layers/table.ts';
import { summarize } from '../shapes.ts';
import { type KerasLayer, splitWeightName, type WeightFile } from './format.ts';
import { openWeights } from './formats.ts';
import { type LayerWeights, matchWeights, namedInOrder } from './match.ts';

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

/**
 * Puts a file's numbers into layers, by name; see {@link matchWeights} for what goes where.
 *
 * @throws InputError when a layer is left without weights, or a shape does not fit; then nothing was
 *   changed.
 */
export async function assignWeights(
  layers: readonly tf.layers.Layer[],
  file: WeightFile,
): Promise<void> {
  const matched = matchWeights(layers.map(layerWeights), file);
  for (const layer of layers) {
    const entries = matched.get(layer.name) ?? [];
    const numbers = await Promise.all(entries.map((entry) => entry.read()));
    const tensors = entries.map((entry, i) =>
      tf.tensor(numbers[i] ?? [], [...entry.shape], 'float32'),
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

/**
 * The nodes in the order of Keras' `model.layers`: the farther from the output the earlier, and at
 * the same distance as a walk from the output back along each layer's inputs meets them
 * (`map_graph`, keras/src/ops/function.py).
 */
export function kerasOrder(graph: Graph): KerasLayer[] {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const depth = new Map<string, number>();
  for (const node of graph.nodes.toReversed()) {
    const here = depth.get(node.name) ?? 0;
    for (const input of node.inputs) depth.set(input, Math.max(depth.get(input) ?? 0, here + 1));
    depth.set(node.name, here);
  }

  const met = new Set<string>();
  const walk = (name: string): void => {
    if (met.has(name)) return;
    met.add(name);
    for (const input of nodes.get(name)?.inputs ?? []) walk(input);
  };
  const output = graph.nodes.at(-1);
  if (output) walk(output.name);

  return [...met]
    .filter((name) => name !== INPUT)
    .sort((a, b) => (depth.get(b) ?? 0) - (depth.get(a) ?? 0))
    .map((name) => ({
      className: layerKinds[nodes.get(name)?.kind ?? '']?.className ?? '',
      name,
      layers: [],
    }));
}
