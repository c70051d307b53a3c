import { createHash } from 'node:crypto';
import os from 'node:os';
import type * as tf from '@tensorflow/tfjs';
import { readNote, writeNote } from '../../cache/cache-folder.ts';
import { openStore } from '../../cache/store.ts';
import { version } from '../../common/version.ts';
import type { Flip } from '../../data/augment/augment.ts';
import type { Images } from '../../data/dataset.ts';
import { chooseCompiler, type Engine } from '../../engine/engine.ts';
import type { Experiment } from '../../experiment/experiment.ts';
import type { Graph } from '../../model/graph.ts';
import { definitionOf, type Prefix } from '../../model/prefix.ts';
import { canonicalHash } from '../../plan/id.ts';
import type { Plan, PlannedPhase } from '../../plan/plan.ts';
import type { TrainingCallback } from '../callbacks.ts';

/** Everything that features depend on, besides the images. */
export interface FeatureSource {
  readonly model: tf.LayersModel;
  readonly graph: Graph;
  readonly prefix: Prefix;
  /** Shorter prefixes whose features they are computed from; see `sharedPrefixes`. */
  readonly shared: readonly Prefix[];
  readonly experiment: Pick<Experiment, 'data' | 'features' | 'precision'>;
  readonly engine: Engine;
}

/**
 * Returns a function that computes the key of features in the store. Equal keys mean features that are equal
 * to the last bit. The key contains the processor, because another one may add numbers in another order.
 */
export async function featureKeys(source: FeatureSource) {
  const { model, graph, prefix, shared, experiment, engine } = source;
  const { name, device, threads, compiler } = engine;
  const common = {
    program: version,
    engine: { name, version: engine.version, device, threads, compiler, cpu: os.cpus()[0]?.model },
    imageShape: graph.inputShape,
    preprocess: experiment.data.preprocess,
    dtype: experiment.features.dtype,
    precision: experiment.precision.inference,
    layers: definitionOf(prefix),
    // Features that were stored in between may be rounded differently.
    through: shared.map(({ cut }) => cut.name),
    weights: await weightsHash(model, prefix),
  };
  return (images: Images, flip: Flip): string => {
    const content = JSON.stringify({ ...common, images: imagesHash(images), view: flip });
    return `features-${createHash('sha256').update(content).digest('hex')}`;
  };
}

/** Hashes the weights of the prefix. The engine's variables must be settled. */
async function weightsHash(model: tf.LayersModel, { layers }: Prefix): Promise<string> {
  const hash = createHash('sha256');
  for (const { name } of layers)
    for (const weight of model.getLayer(name).weights) {
      const values = (await weight.read().data()) as Float32Array;
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  return hash.digest('hex');
}

const imageHashes = new WeakMap<Images, string>();

/** Returns the SHA-256 of the images' size and pixels, in order. */
function imagesHash(images: Images): string {
  const known = imageHashes.get(images);
  if (known) return known;
  const { height, width, channels, pixels, labels } = images;
  const hash = createHash('sha256').update(JSON.stringify([height, width, channels]));
  for (let index = 0; index < labels.length; index++) hash.update(pixels.digest(index));
  const digest = hash.digest('hex');
  imageHashes.set(images, digest);
  return digest;
}

const KIND = 'features';

type Machine = Pick<Engine, 'threads' | 'compiler'>;

/**
 * A callback that records the keys of a plan's features. Keys are only known once images, weights and engine
 * are loaded. The record lets a later plan with the same features tell that they are in the cache.
 */
export function recordFeatureKeys(plan: Pick<Plan, 'phases'>, engine: Machine): TrainingCallback {
  return {
    async phaseBegin({ phase, features }) {
      const planned = plan.phases.find(({ name }) => name === phase.name);
      if (!planned?.featuresId || !features?.keys.length) return;
      await writeNote(KIND, recordName(planned.featuresId, engine), features.keys);
    },
  };
}

/** Marks the features of a plan that are in the cache, for a run that uses all cores. */
export async function markCachedFeatures(plan: Plan): Promise<Plan> {
  return { ...plan, phases: await Promise.all(plan.phases.map(markCached)) };
}

async function markCached(phase: PlannedPhase): Promise<PlannedPhase> {
  const { features, featuresId, epochs } = phase;
  if (!features || features.uncached !== null || !featuresId) return phase;
  const machine = { threads: os.availableParallelism(), compiler: chooseCompiler(true) };
  const keys = (await readNote(KIND, recordName(featuresId, machine))) as readonly string[] | null;
  const stored = new Set(await openStore().keys(KIND));
  if (!keys?.every((key) => stored.has(key))) return phase;
  return { ...phase, features: { ...features, cached: true, flopsSaved: epochs * features.flops } };
}

function recordName(featuresId: string, { threads, compiler }: Machine): string {
  return canonicalHash({ featuresId, threads, compiler, cpu: os.cpus()[0]?.model });
}
