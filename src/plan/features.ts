import { version } from '../common/version.ts';
import type { FileHashes } from '../config/file-hashes.ts';
import { possibleFlips } from '../data/augment/augment.ts';
import type { Experiment, PhaseConfig } from '../experiment/experiment.ts';
import type { Shape } from '../model/graph.ts';
import { elementCount } from '../model/layers/args.ts';
import { definitionOf, type Prefix } from '../model/prefix.ts';
import { byContent, canonicalHash } from './id.ts';
import { sum } from './memory.ts';

/** Features of a phase: the outputs of the frozen layers before its first trained layer. */
export interface PlannedFeatures {
  /** The last of the frozen layers. */
  readonly cut: string;
  readonly shape: Shape;
  /** Views of an image, each with its own features: the image, and with `flip` its mirror images. */
  readonly views: number;
  /** Bytes of one image's features, in all views. */
  readonly bytes: number;
  /** FLOPs of the frozen layers for one image; a multiply-add counts as two. */
  readonly flops: number;
  /** FLOPs that computing the features once saves, for one training image over the whole phase. */
  readonly flopsSaved: number;
  /** The reason to compute them for each batch; `null` if they are computed once. */
  readonly uncached: string | null;
  /** True if they are known to be in the cache. */
  readonly cached: boolean;
}

const BYTES = { float32: 4, float16: 2 };

/** Plans the features of a phase; `null` if the first layer with weights is trained. */
export function planFeatures(
  experiment: Pick<Experiment, 'data' | 'features'>,
  { epochs }: PhaseConfig,
  prefix: Prefix | null,
): PlannedFeatures | null {
  if (!prefix) return null;
  const shape = prefix.cut.outputShape;
  const flops = sum(prefix.layers, (layer) => layer.flops);
  const views = possibleFlips(experiment.data.augment)?.length ?? 1;
  const uncached = reasonAgainstCache(experiment, epochs, views);
  return {
    cut: prefix.cut.name,
    shape,
    views,
    bytes: views * elementCount(shape) * BYTES[experiment.features.dtype],
    flops,
    flopsSaved: uncached === null ? (epochs - views) * flops : 0,
    uncached,
    cached: false,
  };
}

/** A phase with its frozen layers. */
interface FrozenPhase {
  readonly phase: PhaseConfig;
  readonly prefix: Prefix | null;
}

/**
 * Returns the prefixes of the next phases that end within the prefix of a phase, the longest first. The features of each are
 * computed from those of the next one, so that an image passes each frozen layer once, and not once for each phase.
 */
export function sharedPrefixes(
  experiment: Pick<Experiment, 'data' | 'features'>,
  phases: readonly FrozenPhase[],
  index: number,
): readonly Prefix[] {
  const shared: Prefix[] = [];
  let longest = phases[index]?.prefix ?? null;
  for (const { phase, prefix } of phases.slice(index + 1)) {
    const planned = planFeatures(experiment, phase, prefix);
    const within = new Set(longest?.layers.map(({ name }) => name));
    if (!prefix || planned?.uncached !== null) break;
    if (!prefix.layers.every(({ name }) => within.has(name))) break;
    if (prefix.layers.length < within.size) shared.push(prefix);
    longest = prefix;
  }
  return shared;
}

function reasonAgainstCache(
  { data, features }: Pick<Experiment, 'data' | 'features'>,
  epochs: number,
  views: number,
): string | null {
  if (features.cache === 'off') return 'features.cache is off';
  if (!possibleFlips(data.augment)) {
    const kinds = data.augment.map(({ kind }) => kind).filter((kind) => kind !== 'flip');
    return `augmentation by ${kinds.join(', ') || 'several flips'} changes the images at random`;
  }
  if (epochs < views) return `the phase has fewer epochs than an image has views, ${views}`;
  return null;
}

/**
 * Identity of the features of frozen layers that no phase has trained yet. Experiments with one id share the features
 * on one machine.
 *
 * @param shared result of `sharedPrefixes`
 */
export function featuresId(
  experiment: Experiment,
  hashes: FileHashes,
  prefix: Prefix,
  shared: readonly Prefix[],
): string {
  const { seed, features, precision } = experiment;
  const { data, model } = byContent(experiment, hashes);
  const { augment, sampling: _, classWeights: __, ...images } = data;
  return canonicalHash({
    program: version,
    seed,
    images,
    views: possibleFlips(augment),
    backbone: model.backbone,
    layers: definitionOf(prefix),
    through: shared.map(({ cut }) => cut.name),
    dtype: features.dtype,
    precision: precision.inference,
  });
}
