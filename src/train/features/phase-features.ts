import type * as tf from '@tensorflow/tfjs';
import type { PhaseConfig } from '../../config/experiment.ts';
import { asItIs, viewsOf } from '../../data/views.ts';
import { RunError } from '../../errors.ts';
import { frozenLayers } from '../../model/freeze.ts';
import { frozenPrefix, type Prefix } from '../../model/prefix.ts';
import { type SplitModel, splitModel } from '../../model/split.ts';
import { summarize } from '../../model/summary.ts';
import { planFeatures } from '../../plan/features.ts';
import type { FeaturesProgress } from '../callbacks.ts';
import type { Feed } from '../feed.ts';
import type { TrainOptions } from '../train.ts';
import { FeatureBatches, type Features } from './feature-batches.ts';
import { FeatureFiles, type Seen } from './hold.ts';
import type { FeaturesUse } from './use.ts';

type Part = FeaturesProgress['part'];

/** What a phase takes in the pictures' place, and the part of the model that takes it. */
export interface PhaseFeatures {
  /** What follows the frozen layers; it shares the model's weights. */
  readonly tail: tf.LayersModel;
  feed(part: Part, batchSize: number): Feed;
  release(): Promise<void>;
}

export interface Found {
  /** What is to be told of it; `null`: no layer with weights comes before all trained ones. */
  readonly use: FeaturesUse | null;
  /** `null`: the phase computes with the whole model. */
  readonly features: PhaseFeatures | null;
}

/**
 * What the frozen layers of a phase make of these parts of the pictures: from the cache, or computed for it.
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
    use: { cut, from: 'each batch', reason },
    features: null,
  });
  if (uncached !== null) return without(uncached);
  try {
    const { computed, ...features } = await open(options, { phase, prefix, parts });
    return { use: { cut, from: computed ? 'computed' : 'cache', reason: null }, features };
  } catch (error) {
    if (!(error instanceof RunError || 'syscall' in (error as Error))) throw error;
    return without(`they cannot be kept in the cache: ${(error as Error).message}`);
  }
}

interface Wanted {
  readonly phase: PhaseConfig;
  readonly prefix: Prefix;
  readonly parts: readonly Part[];
}

async function open(options: TrainOptions, { phase, prefix, parts }: Wanted) {
  const { model, graph, experiment, data, engine } = options;
  const split = splitModel(model, graph, prefix);
  const format = { shape: prefix.cut.outputShape, dtype: experiment.features.dtype };
  const made = { ...options, phase: phase.name, prefix, prefixModel: split.prefix, format };
  const files = await FeatureFiles.open(made);
  const release = () => releaseAll(split, files);
  try {
    const known = new Map<Part, Features>();
    let computed = false;
    for (const part of parts) {
      const views: Features['views'][number][] = [];
      for (const view of part === 'train' ? (viewsOf(experiment.data.augment) ?? []) : [asItIs]) {
        const seen: Seen = { part, pictures: data[part], view };
        const held = await files.hold(seen);
        computed ||= held.computed;
        views.push({ view, rows: held.rows });
      }
      known.set(part, { ...format, views, labels: data[part].labels });
    }
    const feed = (part: Part, batchSize: number) =>
      new FeatureBatches({
        features: known.get(part) as Features,
        classCount: data.classNames.length,
        batchSize,
        data: experiment.data,
        engine,
      });
    return { tail: split.tail, feed, release, computed };
  } catch (error) {
    await release();
    throw error;
  }
}

async function releaseAll(split: SplitModel, files: FeatureFiles): Promise<void> {
  split.dispose();
  await files.release();
}
