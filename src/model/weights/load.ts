import type * as tf from '@tensorflow/tfjs';
import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import type { BackboneConfig } from '../../experiment/experiment.ts';
import { backbones } from '../backbones/table.ts';
import { buildGraph } from '../build-graph.ts';
import { type Graph, INPUT } from '../graph.ts';
import { layerKinds } from '../layers/table.ts';
import { type LayerSummary, summarize } from '../shapes.ts';
import type { KerasLayer, WeightFile } from './format.ts';
import { fromPytorch } from './from-pytorch.ts';
import { matchWeights, renameInOrder } from './match.ts';
import { openWeights } from './open.ts';
import { pytorch } from './pytorch.ts';

/**
 * Reads the Keras configuration (`class_name`, `config`) of a `model.json`, `.keras` or `.h5` file.
 *
 * @throws InputError if the file has weights only.
 */
export async function readArchitecture(path: string): Promise<Json> {
  const file = await openWeights(path);
  await file.close();
  if (file.architecture !== null) return file.architecture;
  throw new InputError(
    `${path} (${file.format}) contains weights only. A model must be a tfjs model.json, or a .keras or .h5 file of a whole Keras model`,
  );
}

/**
 * Loads a weight file into the backbone of a model.
 *
 * @param path result of `resolveWeights`
 * @param source the network of `model` or `run`; `null` for other backbones
 * @throws InputError if the file has no weights for a layer, or if a shape differs.
 */
export async function loadWeights(
  model: tf.LayersModel,
  path: string,
  backbone: BackboneConfig,
  source: Graph | null,
): Promise<void> {
  // Loaded lazily, because the other functions need no TensorFlow.js.
  const { assignWeights } = await import('./assign.ts');
  await useWeights(path, backbone, source, (file, layers) => {
    const names = layers.map(({ name }) => name);
    return assignWeights(
      model.layers.filter(({ name }) => names.includes(name)),
      file,
    );
  });
}

/**
 * Checks that a weight file fits a backbone; reads no values.
 *
 * @throws InputError as `loadWeights`
 */
export async function checkWeights(
  path: string,
  backbone: BackboneConfig,
  source: Graph | null,
): Promise<void> {
  await useWeights(path, backbone, source, async (file, layers) => {
    matchWeights(
      layers.map(({ name, weights }) => ({ layer: name, weights })),
      file,
    );
  });
}

/** Opens a weight file for a backbone. */
async function useWeights(
  path: string,
  backbone: BackboneConfig,
  source: Graph | null,
  use: (file: WeightFile, layers: readonly LayerSummary[]) => Promise<void>,
): Promise<void> {
  const whole = buildGraph({ backbone: { ...backbone, cut: null }, head: [] }, source);
  const order = kerasOrder(whole);
  const file = await openWeights(path, order);
  try {
    const converted = inKerasLayout(file, whole, backbone, order);
    await use(converted, summarize(buildGraph({ backbone, head: [] }, source)));
  } finally {
    await file.close();
  }
}

/**
 * Loads the weights of all layers of a model from the `model.json` of a run of the same experiment.
 *
 * @throws InputError if the model of the run has other layers or shapes.
 */
export async function loadRunWeights(model: tf.LayersModel, path: string): Promise<void> {
  const { assignWeights } = await import('./assign.ts');
  const file = await openWeights(path);
  try {
    await assignWeights(model.layers, file);
  } finally {
    await file.close();
  }
}

/** Returns a file with the names and the layout of Keras, whatever it comes from. */
function inKerasLayout(
  file: WeightFile,
  whole: Graph,
  { from, weights }: BackboneConfig,
  order: readonly KerasLayer[],
): WeightFile {
  if (file.format === pytorch.name) {
    const known = from.kind === 'named' ? backbones[from.name] : undefined;
    const modules = known?.pytorchModules?.(whole.nodes.map(({ name }) => name));
    return fromPytorch(file, whole, (layer) => modules?.get(layer) ?? layer);
  }
  return weights === 'imagenet' ? renameLayers(file, whole, order) : file;
}

/** Keras loads the files of keras.applications by the order of layers, not by their names. */
function renameLayers(file: WeightFile, whole: Graph, order: readonly KerasLayer[]): WeightFile {
  const weights = new Map(summarize(whole).map((layer) => [layer.name, layer.weights]));
  const layers = order.map(({ name }) => ({ layer: name, weights: weights.get(name) ?? [] }));
  return renameInOrder(layers, file);
}

/**
 * Sorts the nodes like `model.layers` in Keras: by decreasing distance from the output. Nodes at the same distance are in the
 * order of a depth-first walk from the output along the inputs (`map_graph`, keras/src/ops/function.py).
 */
export function kerasOrder(graph: Graph): KerasLayer[] {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const depth = new Map<string, number>();
  for (const node of graph.nodes.toReversed()) {
    const distance = depth.get(node.name) ?? 0;
    for (const input of node.inputs) {
      depth.set(input, Math.max(depth.get(input) ?? 0, distance + 1));
    }
    depth.set(node.name, distance);
  }

  const visited = new Set<string>();
  const walk = (name: string): void => {
    if (visited.has(name)) return;
    visited.add(name);
    for (const input of nodes.get(name)?.inputs ?? []) walk(input);
  };
  const output = graph.nodes.at(-1);
  if (output) walk(output.name);

  return [...visited]
    .filter((name) => name !== INPUT)
    .sort((a, b) => (depth.get(b) ?? 0) - (depth.get(a) ?? 0))
    .map((name) => ({
      className: layerKinds[nodes.get(name)?.kind ?? '']?.className ?? '',
      name,
      layers: [],
    }));
}
