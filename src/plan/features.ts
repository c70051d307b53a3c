import { version } from '../common/version.ts';
import { possibleFlips } from '../data/augment/augment.ts';
import type { Experiment, PhaseConfig } from '../experiment/experiment.ts';
import type { Shape } from '../model/graph.ts';
import { elements } from '../model/layers/args.ts';
import { definitionOf, type Prefix } from '../model/prefix.ts';
import type { Contents } from './contents.ts';
import { byContent, canonicalHash } from './id.ts';
import { sum } from './memory.ts';

/** What the frozen layers before the first trained one of a phase make of a image. */
export interface PlannedFeatures {
  /** The last of these layers. */
  readonly cut: string;
  readonly shape: Shape;
  /** Ways to see a image, each with its features: itself, and with `flip` its mirror images. */
  readonly views: number;
  /** Of one image, in all views. */
  readonly bytes: number;
  /** Of these layers, for one image; multiply-adds counted as two. */
  readonly flops: number;
  /** What computing them once for the whole phase saves for one training image. */
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
  const views = possibleFlips(data.augment)?.length ?? 1;
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
  if (!possibleFlips(data.augment)) {
    const kinds = data.augment.map(({ kind }) => kind).filter((kind) => kind !== 'flip');
    return `augmentation by ${kinds.join(', ') || 'several flips'} changes the images at random`;
  }
  if (epochs < views) return `${views} views of each image are more than its epochs show`;
  return null;
}

/**
 * Depends on all that shapes the features of frozen layers whose weights no phase has trained yet, but for the
 * machine: experiments of one id have them in common, whatever else they do.
 */
export function featuresId(experiment: Experiment, contents: Contents, prefix: Prefix): string {
  const { seed, features } = experiment;
  const { data, model } = byContent(experiment, contents);
  const { augment, sampling: _, classWeights: __, ...images } = data;
  return canonicalHash({
    program: version,
    seed,
    images,
    views: possibleFlips(augment),
    backbone: model.backbone,
    layers: definitionOf(prefix),
    dtype: features.dtype,
  });
}
