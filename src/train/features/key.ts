import { createHash } from 'node:crypto';
import os from 'node:os';
import type * as tf from '@tensorflow/tfjs';
import { version } from '../../common/version.ts';
import type { Flip as View } from '../../data/augment/augment.ts';
import type { Images } from '../../data/dataset.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Experiment } from '../../experiment/experiment.ts';
import type { Graph } from '../../model/graph.ts';
import { definitionOf, type Prefix } from '../../model/prefix.ts';

/** All that features depend on. */
export interface FeatureSource {
  readonly model: tf.LayersModel;
  readonly graph: Graph;
  readonly prefix: Prefix;
  readonly experiment: Pick<Experiment, 'data' | 'features'>;
  readonly engine: Engine;
}

/**
 * Keys of the store under which features of images are: one for all that is the same to the last bit. The
 * machine counts, since another processor adds in another order.
 */
export async function featureKeys({ model, graph, prefix, experiment, engine }: FeatureSource) {
  const { name, device, threads, compiler } = engine;
  const common = {
    program: version,
    engine: { name, version: engine.version, device, threads, compiler, cpu: os.cpus()[0]?.model },
    imageShape: graph.inputShape,
    preprocess: experiment.data.preprocess,
    dtype: experiment.features.dtype,
    layers: definitionOf(prefix),
    weights: await weightsHash(model, prefix),
  };
  return (images: Images, view: View): string => {
    const content = JSON.stringify({ ...common, images: imagesHash(images), view });
    return `features-${createHash('sha256').update(content).digest('hex')}`;
  };
}

/** Variables must be settled. */
async function weightsHash(model: tf.LayersModel, { layers }: Prefix): Promise<string> {
  const hash = createHash('sha256');
  for (const { name } of layers)
    for (const weight of model.getLayer(name).weights) {
      const values = (await weight.read().data()) as Float32Array;
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  return hash.digest('hex');
}

const hashes = new WeakMap<Images, string>();

/** SHA-256 of sizes and pixels, in their order. */
function imagesHash(images: Images): string {
  const known = hashes.get(images);
  if (known) return known;
  const { height, width, channels, pixels, labels } = images;
  const hash = createHash('sha256').update(JSON.stringify([height, width, channels]));
  for (let index = 0; index < labels.length; index++) hash.update(pixels.digest(index));
  const digest = hash.digest('hex');
  hashes.set(images, digest);
  return digest;
}
