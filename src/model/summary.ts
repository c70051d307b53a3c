import type { Graph, GraphNode, Shape } from './graph.ts';
import { elements } from './layers/args.ts';
import type { WeightSpec } from './layers/layer.ts';
import { kindOf, Shapes } from './shapes.ts';

/** What a layer comes to in its place. */
export interface LayerSummary extends GraphNode {
  readonly outputShape: Shape;
  readonly weights: readonly WeightSpec[];
  /** Numbers in all its weights, and in those that training can change. */
  readonly parameters: number;
  readonly trainableParameters: number;
  /** Multiply-adds counted as two, for one picture. */
  readonly flops: number;
}

/** @throws LayerError at the first layer that cannot be where it is. */
export function summarize({ inputShape, nodes }: Graph): LayerSummary[] {
  const shapes = new Shapes(inputShape);
  return nodes.map((node) => {
    const outputShape = shapes.add(node);
    const kind = kindOf(node);
    const inputs = shapes.inputs(node);
    const weights = kind.weights(inputs, node.args);
    return {
      ...node,
      outputShape,
      weights,
      parameters: count(weights),
      trainableParameters: count(weights.filter((weight) => weight.trainable)),
      flops: kind.flops(inputs, node.args),
    };
  });
}

function count(weights: readonly WeightSpec[]): number {
  return weights.reduce((total, { shape }) => total + elements(shape), 0);
}
