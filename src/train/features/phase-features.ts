import type * as tf from '@tensorflow/tfjs';
import { storeLimit } from '../../cache/store.ts';
import { RunError } from '../../common/errors.ts';
import { type Flip, noFlip, possibleFlips } from '../../data/augment/augment.ts';
import type { Batches } from '../../data/batches/batches.ts';
import type { PhaseConfig } from '../../experiment/experiment.ts';
import { splitModel } from '../../model/build.ts';
import { frozenLayers } from '../../model/graph.ts';
import { frozenPrefix, type Prefix } from '../../model/prefix.ts';
import { summarize } from '../../model/shapes.ts';
import { planFeatures, sharedPrefixes } from '../../plan/features.ts';
import type { FeaturesProgress, FeaturesUse } from '../callbacks.ts';
import type { TrainOptions } from '../options.ts';
import { featureBatches, rowBytes } from './feature-batches.ts';
import {
  FeatureFiles,
  type FlippedImages,
  formatOf,
  requireWithinLimit,
  type StoredFeatures,
} from './feature-files.ts';

type SplitName = FeaturesProgress['split'];

/** The features of a phase, and the part of the model that they are the input of. */
export interface PhaseFeatures {
  /** The layers after the frozen ones. They share the model's weights. */
  readonly tail: tf.LayersModel;
  batches(split: SplitName, batchSize: number): Batches;
  release(): Promise<void>;
}

export interface PreparedFeatures {
  /** For the record; `null`: no layer with weights comes before all trained ones. */
  readonly use: FeaturesUse | null;
  /** `null`: the phase trains with the whole model. */
  readonly features: PhaseFeatures | null;
}

/**
 * Prepares the outputs of a phase's frozen layers for these splits, from the cache or computed now. If they
 * cannot be cached, the phase trains without them, and `use` says why.
 */
export async function prepareFeatures(
  options: TrainOptions,
  phase: PhaseConfig,
  splits: readonly SplitName[],
): Promise<PreparedFeatures> {
  const { experiment, graph } = options;
  const layers = summarize(graph);
  const phases = experiment.phases.map((each) => ({
    phase: each,
    prefix: frozenPrefix(layers, frozenLayers(graph, each.freeze)),
  }));
  const index = experiment.phases.findIndex(({ name }) => name === phase.name);
  const prefix = phases[index]?.prefix ?? null;
  const planned = planFeatures(experiment, phase, prefix);
  if (!prefix || !planned) return { use: null, features: null };
  const { cut, uncached } = planned;
  const without = (reason: string): PreparedFeatures => ({
    use: { cut, from: 'each batch', reason, keys: [] },
    features: null,
  });
  if (uncached !== null) return without(uncached);
  try {
    const shared = sharedPrefixes(experiment, phases, index);
    const { stored, ...features } = await loadFeatures(
      options,
      phase.name,
      [prefix, ...shared],
      splits,
    );
    const from = stored.some(({ computed }) => computed) ? 'computed' : 'cache';
    return { use: { cut, from, reason: null, keys: stored.map(({ key }) => key) }, features };
  } catch (error) {
    if (!(error instanceof RunError || 'syscall' in (error as Error))) throw error;
    return without(`they cannot be cached: ${(error as Error).message}`);
  }
}

/**
 * @param prefixes the prefix of the phase, and those whose features it is computed from
 * @throws RunError or a file system error when they cannot be stored.
 */
async function loadFeatures(
  options: TrainOptions,
  phase: string,
  prefixes: readonly [Prefix, ...Prefix[]],
  splits: readonly SplitName[],
): Promise<PhaseFeatures & { stored: readonly StoredFeatures[] }> {
  const { model, graph, experiment, data, engine } = options;
  const { sampling, augment } = experiment.data;
  const [prefix, ...shorter] = prefixes;
  const format = formatOf(prefix, experiment);
  const needed = splits.flatMap((split) =>
    flipsOf(split, options).map((flip) => ({ split, images: data[split], flip })),
  );
  const count = needed.reduce((sum, { images }) => sum + images.labels.length, 0);
  requireWithinLimit(count * rowBytes(format));
  const shared = shorter.filter(
    (each) => count * rowBytes(formatOf(each, experiment)) <= storeLimit(),
  );
  const { tail, dispose } = splitModel(model, graph, prefix);
  const files = await FeatureFiles.open({ ...options, phase, prefix, shared });
  const release = async () => {
    dispose();
    await files.release();
  };
  try {
    const stored: (StoredFeatures & FlippedImages)[] = [];
    for (const flipped of needed) stored.push({ ...flipped, ...(await files.load(flipped)) });
    const batches = (split: SplitName, batchSize: number) =>
      featureBatches({
        format,
        flips: stored.filter((each) => each.split === split),
        labels: data[split].labels,
        classCount: data.classNames.length,
        batchSize,
        sampling,
        augment,
        engine,
      });
    return { tail, batches, release, stored };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Only training images are flipped. */
function flipsOf(split: SplitName, { experiment }: TrainOptions): readonly Flip[] {
  return split === 'train' ? (possibleFlips(experiment.data.augment) ?? []) : [noFlip];
}
