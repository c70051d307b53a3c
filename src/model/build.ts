import * as tf from '@tensorflow/tfjs';
import { engineKey } from '../common/random.ts';
import { type Graph, type GraphNode, INPUT } from './graph.ts';
import { createLayer } from './keras/factories.ts';
import { tfjsArgs } from './layers/tfjs-args.ts';
import { kindOf } from './shapes.ts';

/** The network as a tfjs layers model; its first weights depend on the seed and the layers' names alone. */
export function buildModel({ inputShape, nodes }: Graph, seed: number): tf.LayersModel {
  const input = tf.input({ shape: [...inputShape], name: INPUT });
  const outputs = connect(nodes, new Map([[INPUT, input]]), (node) => createNode(node, seed));
  return tf.model({ inputs: input, outputs: outputs.get(nodes.at(-1)?.name ?? INPUT) ?? input });
}

/** Applies each node's layer to what its inputs give; what all nodes give comes by their names. */
export function connect(
  nodes: readonly GraphNode[],
  known: ReadonlyMap<string, tf.SymbolicTensor>,
  layerOf: (node: GraphNode) => tf.layers.Layer,
): Map<string, tf.SymbolicTensor> {
  const outputs = new Map(known);
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => outputs.get(name) as tf.SymbolicTensor);
    const single = inputs.length === 1 ? inputs[0] : undefined;
    outputs.set(node.name, layerOf(node).apply(single ?? inputs) as tf.SymbolicTensor);
  }
  return outputs;
}

function createNode(node: GraphNode, seed: number): tf.layers.Layer {
  const seedOf = (argument: string) => engineKey([seed, 'weights', node.name, argument])[0];
  return createLayer(node.kind, { name: node.name, ...tfjsArgs(kindOf(node), node.args, seedOf) });
}

/** Freezes the layers of these names and no others. */
export function setFrozen(model: tf.LayersModel, frozen: ReadonlySet<string>): void {
  for (const layer of model.layers) layer.trainable = !frozen.has(layer.name);
}
