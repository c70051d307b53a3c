import { InputError } from '../errors.ts';
import { didYouMean } from './did-you-mean.ts';
import { type GraphNode, INPUT, type Shape } from './graph.ts';
import type { LayerKind } from './layers/layer.ts';
import { layerKinds } from './layers/table.ts';
import { tfjsArgs } from './layers/tfjs-args.ts';

/** A layer cannot be where it is. The message begins with the layer's name. */
export class LayerError extends InputError {
  readonly layer: string;

  constructor(layer: string, message: string) {
    super(`layer ${layer}: ${message}`);
    this.layer = layer;
  }
}

/** @throws LayerError when there is no such kind of layer. */
export function kindOf(node: GraphNode): LayerKind {
  const kind = layerKinds[node.kind];
  if (kind) return kind;
  throw new LayerError(
    node.name,
    `there is no kind of layer named ${node.kind}${didYouMean(node.kind, Object.keys(layerKinds))}`,
  );
}

/** Follows shapes through a network, node by node. */
export class Shapes {
  readonly #known: Map<string, Shape>;

  constructor(inputShape: Shape) {
    this.#known = new Map([[INPUT, inputShape]]);
  }

  /** @throws LayerError when the name is not known yet. */
  of(name: string, reader = name): Shape {
    const shape = this.#known.get(name);
    if (shape) return shape;
    throw new LayerError(
      reader,
      `no layer before it is named ${name}${didYouMean(name, [...this.#known.keys()])}`,
    );
  }

  inputs(node: GraphNode): Shape[] {
    return node.inputs.map((name) => this.of(name, node.name));
  }

  /** Takes in the next node. @throws LayerError when it cannot take its inputs, or its name is taken. */
  add(node: GraphNode): Shape {
    if (this.#known.has(node.name)) {
      throw new LayerError(node.name, 'another layer has this name already');
    }
    try {
      const kind = kindOf(node);
      tfjsArgs(kind, node.args, () => 0);
      const shape = kind.outputShape(this.inputs(node), node.args);
      this.#known.set(node.name, shape);
      return shape;
    } catch (error) {
      if (error instanceof LayerError || !(error instanceof InputError)) throw error;
      throw new LayerError(node.name, `${node.kind} ${error.message}`);
    }
  }
}
