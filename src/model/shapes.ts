import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import { type Graph, type GraphNode, INPUT, type Shape } from './graph.ts';
import { elements } from './layers/args.ts';
import type { LayerKind, WeightSpec } from './layers/layer.ts';
import { layerKinds } from './layers/table.ts';
import { tfjsArgs } from './layers/tfjs-args.ts';

/** A layer cannot be where it is. The message begins with the layer's name. */
export class LayerError extends InputError {
  readonly layer: string;

  constructor({ name, kind }: GraphNode, message: string) {
    super(`layer ${name} (${kind}): ${message}`);
    this.layer = name;
  }
}

/** @throws LayerError when there is no such kind of layer. */
export function kindOf(node: GraphNode): LayerKind {
  const kind = layerKinds[node.kind];
  if (kind) return kind;
  throw new LayerError(
    node,
    `there is no kind of layer named ${node.kind}${didYouMean(node.kind, Object.keys(layerKinds))}`,
  );
}

/** Follows shapes through a network, node by node. */
export class Shapes {
  readonly #known: Map<string, Shape>;

  constructor(inputShape: Shape) {
    this.#known = new Map([[INPUT, inputShape]]);
  }

  /** `undefined` when no layer of that name was taken in. */
  of(name: string): Shape | undefined {
    return this.#known.get(name);
  }

  /** @throws LayerError when one of them comes from no layer before it. */
  inputs(node: GraphNode): Shape[] {
    return node.inputs.map((name) => {
      const shape = this.#known.get(name);
      if (shape) return shape;
      throw new LayerError(
        node,
        `no layer before it is named ${name}${didYouMean(name, [...this.#known.keys()])}`,
      );
    });
  }

  /** Takes in the next node. @throws LayerError when it cannot take its inputs, or its name is taken. */
  add(node: GraphNode): Shape {
    if (this.#known.has(node.name)) {
      throw new LayerError(node, 'another layer has this name already');
    }
    checkArgs(node);
    const inputs = this.inputs(node);
    const shape = blaming(node, () => kindOf(node).outputShape(inputs, node.args));
    this.#known.set(node.name, shape);
    return shape;
  }
}

/** @throws LayerError when its kind, or what one of its arguments names, is unknown. */
export function checkArgs(node: GraphNode): void {
  const kind = kindOf(node);
  blaming(node, () => tfjsArgs(kind, node.args, () => 0));
}

function blaming<Result>(node: GraphNode, compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (error instanceof InputError) throw new LayerError(node, error.message);
    throw error;
  }
}

/** What a layer comes to in its place. */
export interface LayerSummary extends GraphNode {
  readonly outputShape: Shape;
  readonly weights: readonly WeightSpec[];
  /** Numbers in all its weights, and in those that training can change. */
  readonly parameters: number;
  readonly trainableParameters: number;
  /** Multiply-adds counted as two, for one image. */
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
