import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { normalizeResize } from '../config/normalize.ts';
import { imageBatches } from '../data/batches/image-batches.ts';
import type { Images } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import type { BackboneConfig, Precision } from '../experiment/experiment.ts';
import { backbones } from '../model/backbones/table.ts';
import { loadModel } from '../model/build.ts';
import { type LabelledFeatures, probeAccuracies, stratifiedSplits } from './linear-probe.ts';

/** A backbone with ImageNet weights at a size of its input. */
export interface Candidate {
  readonly backbone: string;
  /** Height and width of the input, in pixels. */
  readonly size: number;
}

/** What a linear classifier on the features of a candidate reaches. */
export interface Probed extends Candidate {
  /** Mean and sample standard deviation of the accuracy over the splits, 0 to 1. */
  readonly accuracy: number;
  readonly deviation: number;
  /** Time of the features of one image. */
  readonly milliseconds: number;
}

export interface ProbeContext {
  readonly classCount: number;
  /** One split into images to train and to test on for each seed. */
  readonly seeds: readonly number[];
  readonly engine: Engine;
  readonly precision: Precision;
  readonly signal: AbortSignal;
  readonly report: (message: string) => void;
  readonly note: (line: string) => void;
}

/** A candidate's measure and the features that it comes from, which the caller disposes. */
export interface ProbedFeatures {
  readonly probed: Probed;
  readonly labelled: LabelledFeatures;
}

/**
 * Measures how well a linear classifier on the features of a frozen backbone tells the classes apart.
 *
 * @param images of any size; they are resized to that of the candidate.
 * @throws RunError if the weights cannot be downloaded.
 */
export async function probe(
  candidate: Candidate,
  images: Images,
  context: ProbeContext,
): Promise<ProbedFeatures> {
  const { classCount, seeds, signal } = context;
  const { labels } = images;
  const { features, seconds } = await extractFeatures(candidate, images, context);
  const labelled = { features, labels, classCount };
  const accuracies: number[] = [];
  for (const split of stratifiedSplits(labelled, seeds)) {
    const [accuracy = 0] = await probeAccuracies(labelled, split);
    accuracies.push(accuracy);
    await setImmediate();
    signal.throwIfAborted();
  }
  const accuracy = accuracies.reduce((sum, each) => sum + each, 0) / accuracies.length;
  const squares = accuracies.reduce((sum, each) => sum + (each - accuracy) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, accuracies.length - 1));
  const milliseconds = (1000 * seconds) / labels.length;
  return { probed: { ...candidate, accuracy, deviation, milliseconds }, labelled };
}

/** The mean accuracy on the test images of all splits, and on the same ones mirrored. */
export interface FlipEffect {
  readonly plain: number;
  readonly flipped: number;
}

/** Measures whether mirrored images still look like their class: the classifiers see them in no training image. */
export async function measureFlip(
  { probed, labelled }: ProbedFeatures,
  images: Images,
  context: ProbeContext,
): Promise<FlipEffect> {
  const { features } = await extractFeatures(probed, images, context, true);
  let flipped = 0;
  const splits = stratifiedSplits(labelled, context.seeds);
  for (const split of splits) {
    const [, accuracy = 0] = await probeAccuracies(labelled, split, features);
    flipped += accuracy / splits.length;
  }
  features.dispose();
  return { plain: probed.accuracy, flipped };
}

/** Images in one pass through the backbone. */
const BATCH_SIZE = 64;

/** Computes the outputs of a backbone, averaged over their positions. */
async function extractFeatures(
  { backbone, size }: Candidate,
  images: Images,
  { engine, precision, signal, report, note, classCount }: ProbeContext,
  flip = false,
): Promise<{ features: tf.Tensor2D; seconds: number }> {
  const head = [{ kind: 'globalAveragePooling2d', name: 'pool', args: {}, inputs: null }];
  const config = { backbone: backboneConfig(backbone, size), head };
  const { model } = await loadModel({ config, seed: 0, source: null, signal, report, note });
  const batches = imageBatches({
    images,
    classCount,
    imageShape: [size, size, 3],
    batchSize: BATCH_SIZE,
    reused: false,
    engine,
    resize: normalizeResize('stretch'),
    preprocess: backbones[backbone]?.preprocess ?? 'scale',
    augment: [],
    sampling: 'uniform',
  });
  const compiled = engine.compile(
    (inputs) => {
      const { x } = batches.read(inputs);
      return [model.apply(flip ? x.reverse(2) : x, { training: false }) as tf.Tensor];
    },
    { name: 'features', precision },
  );
  const rows: tf.Tensor2D[] = [];
  const begin = performance.now();
  try {
    for await (const batch of batches.inOrder()) {
      rows.push(...((await compiled.run(batch.inputs)) as tf.Tensor2D[]));
      report(
        `features of ${Math.min(rows.length * BATCH_SIZE, images.labels.length)} of ${images.labels.length} images`,
      );
      await setImmediate();
      signal.throwIfAborted();
    }
    return { features: tf.concat(rows), seconds: (performance.now() - begin) / 1000 };
  } finally {
    tf.dispose(rows);
    compiled.dispose();
    await batches.dispose();
    model.dispose();
  }
}

/** A backbone with its ImageNet weights, for images of a size. */
export function backboneConfig(name: string, size: number): BackboneConfig {
  return {
    from: { kind: 'named', name, alpha: 1 },
    weights: 'imagenet',
    inputShape: [size, size, 3],
    cut: null,
  };
}
