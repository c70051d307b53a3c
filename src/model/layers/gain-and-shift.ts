import type { LayerArgs } from '../../config/experiment.ts';
import type { Shape } from '../graph.ts';
import { flag, only } from './args.ts';
import type { WeightSpec } from './layer.ts';

/** What a normalization learns over the last axis: gamma unless `scale`, beta unless `center` is false. */
export function gainAndShift(inputs: readonly Shape[], args: LayerArgs): WeightSpec[] {
  const shape = [only(inputs).at(-1) ?? 0];
  return [
    ...(flag(args, 'scale', true) ? [{ name: 'gamma', shape, trainable: true }] : []),
    ...(flag(args, 'center', true) ? [{ name: 'beta', shape, trainable: true }] : []),
  ];
}
