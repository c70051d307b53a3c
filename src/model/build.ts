import * as tf from '@tensorflow/tfjs';
import type { Json } from '../common/json.ts';
import { engineKey } from '../common/random.ts';
import type { ModelConfig } from '../experiment/experiment.ts';
import { buildGraph, isPytorch } from './build-graph.ts';
import { type Graph, type GraphNode, INPUT } from './graph.ts';
import { createLayer } from './keras/factories.ts';
import { toTfjsArgs } from './layers/tfjs-args.ts';
import type { Prefix } from './prefix.ts';
import { kindOf, Shapes } from './shapes.ts';
import type { ModelSource } from './source.ts';
import { loadWeights } from './weights/load.ts';
import { resolveWeights } from './weights/resolve.ts';

interface LoadModelOptions {
  readonly config: ModelConfig;
  readonly seed: number;
  readonly source: ModelSource | null;
  readonly report: (message: string) => void;
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

interface LoadedModel {
  readonly model: tf.LayersModel;
  readonly graph: Graph;
  /** The file with the weights of the backbone; `null` if they are random. */
  readonly weights: string | null;
}

/** Builds a model and loads the weights that training starts from; downloads them if necessary. */
export async function loadModel(options: LoadModelOptions): Promise<LoadedModel> {
  const { config, seed, source } = options;
  const network = source?.graph ?? null;
  const weights = await resolveWeights(config.backbone, {
    ...options,
    source: source?.path ?? null,
  });
  // A checkpoint of PyTorch may fit a variant of the network only.
  const isCheckpoint = weights !== null && isPytorch(weights);
  const backbone = isCheckpoint ? { ...config.backbone, weights } : config.backbone;
  const graph = buildGraph({ ...config, backbone }, network);
  const model = buildModel(graph, seed);
  if (weights) await loadWeights(model, weights, backbone, network);
  return { model, graph, weights };
}

/** Builds a network as a tfjs model. Its initial weights depend on the seed and the names of the layers alone. */
export function buildModel({ inputShape, nodes }: Graph, seed: number): tf.LayersModel {
  const input = tf.input({ shape: [...inputShape], name: INPUT });
  const shapes = new Shapes(inputShape);
  const outputs = connect(nodes, new Map([[INPUT, input]]), (node) =>
    createNode(node, shapes, seed),
  );
  return tf.model({ inputs: input, outputs: outputs.get(nodes.at(-1)?.name ?? INPUT) ?? input });
}

/** Creates the layer of the next node. Its output shape is that of the plan, the one place where shapes are computed. */
function createNode(node: GraphNode, shapes: Shapes, seed: number): tf.layers.Layer {
  const outputShape = shapes.add(node);
  const isVector = shapes.inputs(node)[0]?.length === 1;
  const layer =
    node.kind === 'reshape' || (node.kind === 'flatten' && isVector)
      ? // tfjs-layers flattens no vectors, and cannot infer the size of all reshapes.
        createLayer('reshape', { name: node.name, targetShape: [...outputShape] })
      : createLayer(node.kind, { name: node.name, ...argsOf(node, seed) });
  layer.computeOutputShape = () => [null, ...outputShape];
  return layer;
}

function argsOf(node: GraphNode, seed: number): Record<string, Json | object> {
  const seedOf = (argument: string) => engineKey([seed, 'weights', node.name, argument])[0];
  return toTfjsArgs(kindOf(node), node.args, seedOf) as Record<string, Json | object>;
}

/** Applies the layer of each node to its inputs. Returns the outputs of all nodes by name. */
function connect(
  nodes: readonly GraphNode[],
  inputs: ReadonlyMap<string, tf.SymbolicTensor>,
  layerOf: (node: GraphNode) => tf.layers.Layer,
): Map<string, tf.SymbolicTensor> {
  const outputs = new Map(inputs);
  for (const node of nodes) {
    const tensors = node.inputs.map((name) => outputs.get(name) as tf.SymbolicTensor);
    const single = tensors.length === 1 ? tensors[0] : undefined;
    outputs.set(node.name, layerOf(node).apply(single ?? tensors) as tf.SymbolicTensor);
  }
  return outputs;
}

/** Freezes the layers of these names, and unfreezes all others. */
export function setFrozen(model: tf.LayersModel, frozen: ReadonlySet<string>): void {
  for (const layer of model.layers) layer.trainable = !frozen.has(layer.name);
}

/** Two models that share the layers and weights of a third one. */
interface SplitModel {
  /** Computes features from images. */
  readonly prefix: tf.LayersModel;
  /** Computes the output of the whole model from features. */
  readonly tail: tf.LayersModel;
  /** Does not dispose the shared layers. */
  dispose(): void;
}

/** Splits a model at the end of a prefix of its network. */
export function splitModel(
  model: tf.LayersModel,
  { nodes }: Graph,
  { cut, layers }: Prefix,
): SplitModel {
  const before = new Set(layers.map(({ name }) => name));
  const after = nodes.filter(({ name }) => !before.has(name));
  const features = tf.input({ shape: [...cut.outputShape] });
  const outputs = connect(after, new Map([[cut.name, features]]), ({ name }) =>
    model.getLayer(name),
  );
  const last = outputs.get(after.at(-1)?.name ?? cut.name) ?? features;
  const tail = tf.model({ inputs: features, outputs: last });
  // Node 0 of a layer is its use in the original model.
  const end = model.getLayer(cut.name).getOutputAt(0) as tf.SymbolicTensor;
  return {
    prefix: tf.model({ inputs: model.inputs, outputs: end }),
    tail,
    // Only the tail has added references to the shared layers.
    dispose: () => void tail.dispose(),
  };
}
