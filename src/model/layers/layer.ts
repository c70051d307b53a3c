import type { LayerArgs } from '../../experiment/experiment.ts';
import type { Shape } from '../graph.ts';
import { elements, flag, only } from './args.ts';

/** A weight that a layer owns, under its Keras name. */
export interface WeightSpec {
  /** `kernel`, `bias`, `gamma`, `moving_mean`, … */
  readonly name: string;
  readonly shape: Shape;
  /** False for statistics that no gradient reaches, such as `moving_mean`. */
  readonly trainable: boolean;
}

/**
 * One kind of layer: its arithmetic of shapes, pure. Adding a kind is one such file and its line in
 * `table.ts`. The object that computes is made by tfjs-layers' factory of the same name, or by ours
 * in `../keras` where Keras' arithmetic differs from tfjs-layers'.
 */
export interface LayerKind {
  /** tfjs-layers' factory name, which experiment files use: `dense`, `conv2d`, … */
  readonly kind: string;
  /** Keras' class name, which saved models use: `Dense`, `Conv2D`, … */
  readonly className: string;
  /** The argument that a bare number or string stands for, e.g. `units`. */
  readonly main?: string;
  /** Names of all its arguments, without `name`. */
  readonly args: readonly string[];
  /** Whether it draws random numbers in training, frozen or not. */
  readonly random?: true;
  /** @throws InputError when the layer cannot take these inputs; says what it takes. */
  outputShape(inputs: readonly Shape[], args: LayerArgs): Shape;
  weights(inputs: readonly Shape[], args: LayerArgs): readonly WeightSpec[];
  /** Multiply-adds counted as two, for one image. */
  flops(inputs: readonly Shape[], args: LayerArgs): number;
}

export function kernel(name: string, shape: Shape): WeightSpec {
  return { name, shape, trainable: true };
}

/** The bias of so many channels, unless `useBias` is false. */
export function bias(args: LayerArgs, channels: number): WeightSpec[] {
  return flag(args, 'useBias', true) ? [{ name: 'bias', shape: [channels], trainable: true }] : [];
}

/** Two for each multiply-add, one for each bias added. */
export function kernelFlops(args: LayerArgs, output: Shape, multiplyAdds: number): number {
  return 2 * multiplyAdds + (flag(args, 'useBias', true) ? elements(output) : 0);
}

interface Elementwise extends Pick<LayerKind, 'kind' | 'className' | 'main' | 'args' | 'random'> {
  /** For each element. */
  readonly flops: number;
}

/** A layer without weights whose output has its input's shape. */
export function elementwise({ flops, ...kind }: Elementwise): LayerKind {
  return {
    ...kind,
    outputShape: only,
    weights: () => [],
    flops: (inputs) => flops * elements(only(inputs)),
  };
}
