import type { Experiment, PhaseConfig } from '../config/experiment.ts';
import { viewsOf } from '../data/views.ts';
import type { Shape } from '../model/graph.ts';
import { elements } from '../model/layers/args.ts';
import type { Prefix } from '../model/prefix.ts';
import { sum } from './parameters.ts';

/** What the frozen layers before the first trained one of a phase make of a picture. */
export interface PlannedFeatures {
  /** The last of these layers. */
  readonly cut: string;
  readonly shape: Shape;
  /** Ways to see a picture, each with its features: itself, and with `flip` its mirror images. */
  readonly views: number;
  /** Of one picture, in all views. */
  readonly bytes: number;
  /** Of these layers, for one picture; multiply-adds counted as two. */
  readonly flops: number;
  /** What computing them once for the whole phase saves for one training picture. */
  readonly flopsSaved: number;
  /** Why they are computed anew for each batch; `null`: they are not. */
  readonly uncached: string | null;
  /** Whether they are known to be in the cache already, as far as has been looked. */
  readonly cached: boolean;
}

const bytesOf = { float32: 4, float16: 2 };

/** `null` where the first layer with weights learns. */
export function planFeatures(
  { data, features }: Pick<Experiment, 'data' | 'features'>,
  { epochs }: PhaseConfig,
  prefix: Prefix | null,
): PlannedFeatures | null {
  if (!prefix) return null;
  const shape = prefix.cut.outputShape;
  const flops = sum(prefix.layers, (layer) => layer.flops);
  const views = viewsOf(data.augment)?.length ?? 1;
  const uncached = whyNot({ data, features }, epochs, views);
  return {
    cut: prefix.cut.name,
    shape,
    views,
    bytes: views * elements(shape) * bytesOf[features.dtype],
    flops,
    flopsSaved: uncached === null ? (epochs - views) * flops : 0,
    uncached,
    cached: false,
  };
}

function whyNot(
  { data, features }: Pick<Experiment, 'data' | 'features'>,
  epochs: number,
  views: number,
): string | null {
  if (features.cache === 'off') return 'features.cache is off';
  if (!viewsOf(data.augment)) {
    const kinds = data.augment.map(({ kind }) => kind).filter((kind) => kind !== 'flip');
    return `augmentation by ${kinds.join(', ') || 'several flips'} changes the pictures at random`;
  }
  if (epochs < views) return `${views} views of each picture are more than its epochs show`;
  return null;
}
