import type * as tf from '@tensorflow/tfjs';
import { RunError } from '../../common/errors.ts';
import {
  noFlip as asItIs,
  type Flip as View,
  possibleFlips as viewsOf,
} from '../../data/augment/augment.ts';
import { Batches } from '../../data/batches/batches.ts';
import type { PhaseConfig } from '../../experiment/experiment.ts';
import { frozenLayers } from '../../model/freeze.ts';
import { frozenPrefix, type Prefix } from '../../model/prefix.ts';
import { summarize } from '../../model/shapes.ts';
import { splitModel } from '../../model/split.ts';
import { planFeatures } from '../../plan/features.ts';
import type { FeaturesProgress } from '../callbacks.ts';
import type { TrainOptions } from '../train.ts';
import { featureSight, rowBytes } from './feature-rows.ts';
import { FeatureFiles, requireAllowed } from './hold.ts';

type Part = FeaturesProgress['part'];

/** What a phase takes in the images' place, and the part of the model that takes it. */
export interface PhaseFeatures {
  /** What follows the frozen layers; it shares the model's weights. */
  readonly tail: tf.LayersModel;
  feed(part: Part, batchSize: number): Batches;
  release(): Promise<void>;
}

export interface Found {
  /** What is to be told of it; `null`: no layer with weights comes before all trained ones. */
  readonly use: FeaturesUse | null;
  /** `null`: the phase computes with the whole model. */
  readonly features: PhaseFeatures | null;
}

/**
 * What the frozen layers of a phase make of these parts of the images: from the cache, or computed for it.
 * Where it cannot be kept the phase goes on without, and `use` says why.
 */
export async function findFeatures(
  options: TrainOptions,
  phase: PhaseConfig,
  parts: readonly Part[],
): Promise<Found> {
  const { experiment, graph } = options;
  const prefix = frozenPrefix(summarize(graph), frozenLayers(graph, phase.freeze));
  const planned = planFeatures(experiment, phase, prefix);
  if (!prefix || !planned) return { use: null, features: null };
  const { cut, uncached } = planned;
  const without = (reason: string): Found => ({
    use: { cut, from: 'each batch', reason, keys: [] },
    features: null,
  });
  if (uncached !== null) return without(uncached);
  try {
    const wanted = { phase: phase.name, prefix, parts };
    const { computed, keys, ...features } = await hold(options, wanted);
    const from = computed ? 'computed' : 'cache';
    return { use: { cut, from, reason: null, keys }, features };
  } catch (error) {
    if (!(error instanceof RunError || 'syscall' in (error as Error))) throw error;
    return without(`they cannot be kept in the cache: ${(error as Error).message}`);
  }
}

interface Wanted {
  readonly phase: string;
  readonly prefix: Prefix;
  readonly parts: readonly Part[];
}

/** @throws RunError or a file system's error when they cannot be kept. */
async function hold(options: TrainOptions, { phase, prefix, parts }: Wanted) {
  const { model, graph, experiment, data, engine } = options;
  const format = { shape: prefix.cut.outputShape, dtype: experiment.features.dtype };
  const wanted = parts.flatMap((part) =>
    viewsOfPart(part, options).map((view) => ({ part, images: data[part], view })),
  );
  const rows = wanted.reduce((sum, { images }) => sum + images.labels.length, 0);
  requireAllowed(rows * rowBytes(format));
  const { prefix: prefixModel, tail, dispose } = splitModel(model, graph, prefix);
  const files = await FeatureFiles.open({ ...options, phase, prefix, prefixModel, format });
  const release = async () => {
    dispose();
    await files.release();
  };
  try {
    const held: (Awaited<ReturnType<FeatureFiles['hold']>> & { part: Part; view: View })[] = [];
    for (const seen of wanted) held.push({ ...seen, ...(await files.hold(seen)) });
    const { sampling, augment } = experiment.data;
    const feed = (part: Part, batchSize: number) => {
      const { labels } = data[part];
      const views = held.filter((each) => each.part === part);
      const sight = featureSight({ format, views, count: labels.length, augment, engine });
      return new Batches({
        labels,
        classCount: data.classNames.length,
        batchSize,
        sampling,
        source: sight,
      });
    };
    const computed = held.some(({ computed }) => computed);
    return { tail, feed, release, computed, keys: held.map(({ key }) => key) };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Evaluation sees images as they are. */
function viewsOfPart(part: Part, { experiment }: TrainOptions): readonly View[] {
  return part === 'train' ? (viewsOf(experiment.data.augment) ?? []) : [asItIs];
}

/** Where a phase has the features from, which its frozen layers make of the images. */
export interface FeaturesUse {
  /** The last of the layers that come before any trained one. */
  readonly cut: string;
  /** `computed` before its first epoch, for all of them; `cache`: another phase or run did that. */
  readonly from: 'computed' | 'cache' | 'each batch';
  /** Why they are computed for each batch. */
  readonly reason: string | null;
  /** Of what holds them in the store. */
  readonly keys: readonly string[];
}

/** E.g. `features after block5_pool: from the cache`. */
export function describeUse({ cut, from, reason }: FeaturesUse): string {
  const where = { computed: 'computed once', cache: 'from the cache', 'each batch': 'not kept' }[
    from
  ];
  return `features after ${cut}: ${where}${reason ? `, because ${reason}` : ''}`;
}
