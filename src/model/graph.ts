import type { LayerArgs } from '../experiment/experiment.ts';

/** A tensor's shape without its batch axis, channels last. */
export type Shape = readonly number[];

/** The name under which layers refer to the model's input. */
export const INPUT = 'input';

/** A layer in its place in the network. */
export interface GraphNode {
  readonly name: string;
  /** A key of the layer table, e.g. `dense`. */
  readonly kind: string;
  readonly args: LayerArgs;
  /** Names of earlier nodes, or `INPUT`. */
  readonly inputs: readonly string[];
  readonly part: 'backbone' | 'head';
}

/** A network as plain data: nodes in topological order, one input, the last node is the output. */
export interface Graph {
  readonly inputShape: Shape;
  readonly nodes: readonly GraphNode[];
}
