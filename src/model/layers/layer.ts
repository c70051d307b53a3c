import type { LayerArgs } from '../../experiment/experiment.ts';
import type { Shape } from '../graph.ts';
import { booleanArgument, elementCount, singleInput } from './args.ts';

/** A weight of a layer. */
export interface WeightSpec {
  /** The name in Keras: `kernel`, `bias`, `gamma`, `moving_mean`, … */
  readonly name: string;
  readonly shape: Shape;
  /** `false` for statistics without a gradient, such as `moving_mean`. */
  readonly trainable: boolean;
}

/**
 * A kind of layer: pure functions of shapes. Each kind is listed in `table.ts`. The tfjs layer is created by the factory of
 * the same name in tfjs-layers, or in `../keras` if tfjs-layers computes differently from Keras.
 */
export interface LayerKind {
  /** The name of the factory in tfjs-layers, also used in experiment files: `dense`, `conv2d`, … */
  readonly kind: string;
  /** The class name in Keras, also used in saved models: `Dense`, `Conv2D`, … */
  readonly className: string;
  /** The argument that can be given without its name, e.g. `units` in `dense: 10`. */
  readonly main?: string;
  /** Names of all arguments except `name`. */
  readonly args: readonly string[];
  /** Draws random numbers in training, unless it is frozen. */
  readonly random?: true;
  /** @throws InputError if the layer does not accept these inputs. */
  outputShape(inputs: readonly Shape[], args: LayerArgs): Shape;
  weights(inputs: readonly Shape[], args: LayerArgs): readonly WeightSpec[];
  /** Floating-point operations for one image; a multiply-add counts as two. */
  flops(inputs: readonly Shape[], args: LayerArgs): number;
}

export function kernelWeight(name: string, shape: Shape): WeightSpec {
  return { name, shape, trainable: true };
}

/** Returns the bias, unless `useBias` is false. */
export function biasWeight(args: LayerArgs, channels: number): WeightSpec[] {
  return booleanArgument(args, 'useBias', true)
    ? [{ name: 'bias', shape: [channels], trainable: true }]
    : [];
}

/** Counts two operations per multiply-add, and one per addition of a bias. */
export function kernelFlops(args: LayerArgs, output: Shape, multiplyAdds: number): number {
  return 2 * multiplyAdds + (booleanArgument(args, 'useBias', true) ? elementCount(output) : 0);
}

interface Elementwise extends Pick<LayerKind, 'kind' | 'className' | 'main' | 'args' | 'random'> {
  /** Operations per element. */
  readonly flops: number;
  /** @throws InputError if the arguments do not fit the input. */
  check?(shape: Shape, args: LayerArgs): void;
}

/** Defines a layer without weights whose output has the shape of its input. */
export function elementwise({ flops, check, ...kind }: Elementwise): LayerKind {
  return {
    ...kind,
    outputShape(inputs, args) {
      const shape = singleInput(inputs);
      check?.(shape, args);
      return shape;
    },
    weights: () => [],
    flops: (inputs) => flops * elementCount(singleInput(inputs)),
  };
}
