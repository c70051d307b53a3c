import type { DataConfig, LayerArgs } from '../../experiment/experiment.ts';
import { type GraphNode, INPUT, type Shape } from '../graph.ts';
import { Shapes } from '../shapes.ts';

export interface BackboneOptions {
  readonly inputShape: Shape;
  /** Width multiplier of the MobileNets; the others have none. */
  readonly alpha: number;
  /** Weights come from keras.applications' ImageNet file, for which EfficientNet has a layer more. */
  readonly imagenet: boolean;
}

/**
 * A network of keras.applications without its top, layer for layer under Keras' names, so that
 * weights can be loaded by name. Adding one is such a file and its line in `table.ts`.
 */
export interface Backbone {
  readonly name: string;
  /** The `preprocess_input` mode that its ImageNet weights were trained with. */
  readonly preprocess: DataConfig['preprocess'];
  readonly hasAlpha: boolean;
  layers(options: BackboneOptions): readonly GraphNode[];
}

/** A backbone under construction. */
export class Network {
  readonly nodes: GraphNode[] = [];
  readonly #shapes: Shapes;

  constructor(inputShape: Shape) {
    this.#shapes = new Shapes(inputShape);
  }

  /** The newest layer, or the input where there is none. */
  get last(): string {
    return this.nodes.at(-1)?.name ?? INPUT;
  }

  /** Adds a layer that reads the newest one, or those named; returns its name. */
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
   * Zeros around a image so that a `valid` convolution of stride 2 sees what TensorFlow's `same`
   * would show it (`correct_pad`, keras/src/applications/imagenet_utils.py).
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
