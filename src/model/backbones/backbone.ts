import type { DataConfig, LayerArgs } from '../../experiment/experiment.ts';
import { type GraphNode, INPUT, type Shape } from '../graph.ts';
import { Shapes } from '../shapes.ts';

interface BackboneOptions {
  readonly inputShape: Shape;
  /** The width multiplier of the MobileNets. */
  readonly alpha: number;
  /** ImageNet weights of keras.applications will be loaded, for which EfficientNet has an additional layer. */
  readonly imagenet: boolean;
}

/**
 * A network of keras.applications without its top. Layers have the names of Keras, so that weights can be loaded by name. All
 * backbones are listed in `table.ts`.
 */
export interface Backbone {
  readonly name: string;
  /** The mode of `preprocess_input` with which the ImageNet weights were trained. */
  readonly preprocess: DataConfig['preprocess'];
  readonly hasAlpha: boolean;
  layers(options: BackboneOptions): readonly GraphNode[];
}

/** A network under construction. */
export class Network {
  readonly nodes: GraphNode[] = [];
  readonly #shapes: Shapes;

  constructor(inputShape: Shape) {
    this.#shapes = new Shapes(inputShape);
  }

  /** The name of the last layer; that of the input if there is none. */
  get last(): string {
    return this.nodes.at(-1)?.name ?? INPUT;
  }

  /** Adds a layer and returns its name. The default input is the last layer. */
  add(kind: string, name: string, args: LayerArgs = {}, inputs = [this.last]): string {
    const node: GraphNode = { name, kind, args, inputs, part: 'backbone' };
    this.#shapes.add(node);
    this.nodes.push(node);
    return name;
  }

  channels(name = this.last): number {
    return this.#shapes.of(name)?.at(-1) ?? 0;
  }

  /**
   * Returns the padding with which a `valid` convolution of stride 2 computes the same as a `same` one (`correct_pad`,
   * keras/src/applications/imagenet_utils.py).
   */
  strideTwoPadding(kernelSize: number): [[number, number], [number, number]] {
    const [height = 0, width = 0] = this.#shapes.of(this.last) ?? [];
    const half = Math.floor(kernelSize / 2);
    return [
      [half - 1 + (height % 2), half],
      [half - 1 + (width % 2), half],
    ];
  }
}
