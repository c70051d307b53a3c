import type { LayerArgs } from '../../config/experiment.ts';
import type { Shape } from '../graph.ts';
import { elements, flag } from './args.ts';
import type { WeightSpec } from './layer.ts';

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
