import type { DataConfig, LayerArgs } from '../../experiment/experiment.ts';
import { type GraphNode, INPUT, type Shape } from '../graph.ts';
import { Shapes } from '../shapes.ts';

interface BackboneOptions {
  readonly inputShape: Shape;
  /** The width multiplier of the MobileNets. */
  readonly alpha: number;
  /** The file with the weights, for which some networks have other layers. */
  readonly weights: WeightOrigin;
}

/** A file of keras.applications, a checkpoint of PyTorch, or any other weights. */
export type WeightOrigin = 'keras' | 'pytorch' | 'other';

/**
 * A network without its top. Layers have the names of keras.applications, so that weights can be loaded by name. All backbones
 * are listed in `table.ts`.
 */
export interface Backbone {
  readonly name: string;
  /** The preprocessing with which the ImageNet weights were trained. */
  readonly preprocess: DataConfig['preprocess'];
  readonly hasAlpha: boolean;
  layers(options: BackboneOptions): readonly GraphNode[];
  /**
   * Returns the module of each layer with weights in PyTorch checkpoints; absent if they are not supported.
   *
   * @param layers the names of all layers, in order
   */
  pytorchModules?(layers: readonly string[]): ReadonlyMap<string, string>;
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

  /** The height and width of the output of the last layer. */
  size(): [number, number] {
    const [height = 0, width = 0] = this.#shapes.of(this.last) ?? [];
    return [height, width];
  }

  /**
   * Returns the padding with which a `valid` convolution of stride 2 computes the same as a `same` one (`correct_pad`,
   * keras/src/applications/imagenet_utils.py).
   */
  strideTwoPadding(kernelSize: number): [[number, number], [number, number]] {
    const [height, width] = this.size();
    const half = Math.floor(kernelSize / 2);
    return [
      [half - 1 + (height % 2), half],
      [half - 1 + (width % 2), half],
    ];
  }
}

const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/**
 * Returns the arguments of the rescaling that brings pixels to the mean 0 and the deviation 1 on ImageNet.
 *
 * @param scale pixels · scale + offset is between 0 and 1
 */
export function standardizing(scale: number, offset = 0): LayerArgs {
  return {
    scale: DEVIATION.map((deviation) => scale / deviation),
    offset: MEAN.map((mean, i) => (offset - mean) / (DEVIATION[i] ?? 1)),
  };
}

/** Returns the nearest multiple of 8 that is at least 90 % of the width (`_make_divisible` of Keras). */
export function divisible(width: number): number {
  const nearest = Math.max(8, Math.floor((width + 4) / 8) * 8);
  return nearest < 0.9 * width ? nearest + 8 : nearest;
}
