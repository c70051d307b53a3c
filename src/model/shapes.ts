import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import { type Graph, type GraphNode, INPUT, type Shape } from './graph.ts';
import { elementCount } from './layers/args.ts';
import type { LayerKind, WeightSpec } from './layers/layer.ts';
import { layerKinds } from './layers/table.ts';
import { toTfjsArgs } from './layers/tfjs-args.ts';

/** A layer is invalid or does not fit its inputs. The message starts with the name of the layer. */
export class LayerError extends InputError {
  readonly layer: string;

  constructor({ name, kind }: GraphNode, message: string) {
    super(`layer ${name} (${kind}): ${message}`);
    this.layer = name;
  }
}

/** @throws LayerError if there is no such kind of layer. */
export function kindOf(node: GraphNode): LayerKind {
  const kind = layerKinds[node.kind];
  if (kind) return kind;
  throw new LayerError(
    node,
    `there is no kind of layer named ${node.kind}${didYouMean(node.kind, Object.keys(layerKinds))}`,
  );
}

/** The output shapes of a network, inferred node by node. */
export class Shapes {
  readonly #shapes: Map<string, Shape>;

  constructor(inputShape: Shape) {
    this.#shapes = new Map([[INPUT, inputShape]]);
  }

  /** Returns `undefined` if there is no layer of that name yet. */
  of(name: string): Shape | undefined {
    return this.#shapes.get(name);
  }

  /** @throws LayerError if an input is not an earlier layer. */
  inputs(node: GraphNode): Shape[] {
    return node.inputs.map((name) => {
      const shape = this.#shapes.get(name);
      if (shape) return shape;
      throw new LayerError(
        node,
        `no layer before it is named ${name}${didYouMean(name, [...this.#shapes.keys()])}`,
      );
    });
  }

  /** Adds the next node. @throws LayerError if its inputs do not fit, or if its name exists already. */
  add(node: GraphNode): Shape {
    if (this.#shapes.has(node.name)) {
      throw new LayerError(node, 'another layer has this name already');
    }
    checkArgs(node);
    const inputs = this.inputs(node);
    const shape = withLayerName(node, () => kindOf(node).outputShape(inputs, node.args));
    this.#shapes.set(node.name, shape);
    return shape;
  }
}

/** @throws LayerError if the kind of layer, an argument or the name of an activation or initializer is unknown. */
export function checkArgs(node: GraphNode): void {
  const kind = kindOf(node);
  withLayerName(node, () => toTfjsArgs(kind, node.args, () => 0));
}

function withLayerName<Result>(node: GraphNode, compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (error instanceof InputError) throw new LayerError(node, error.message);
    throw error;
  }
}

/** A layer with its output shape, weights and cost. */
export interface LayerSummary extends GraphNode {
  readonly outputShape: Shape;
  readonly weights: readonly WeightSpec[];
  /** The number of values in all weights, and in the trainable ones. */
  readonly parameters: number;
  readonly trainableParameters: number;
  /** Floating-point operations for one image; a multiply-add counts as two. */
  readonly flops: number;
}

/** Infers the shapes of all layers. @throws LayerError for the first layer that does not fit. */
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
  return weights.reduce((total, { shape }) => total + elementCount(shape), 0);
}
