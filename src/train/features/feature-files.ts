import { open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type * as tf from '@tensorflow/tfjs';
import { type AcquiredEntry, openStore, type Store, storeLimit } from '../../cache/store.ts';
import { RunError } from '../../common/errors.ts';
import type { Flip } from '../../data/augment/augment.ts';
import type { Batches } from '../../data/batches/batches.ts';
import type { Images } from '../../data/dataset.ts';
import { FilePixels, type Pixels } from '../../data/pixels.ts';
import { splitModel } from '../../model/build.ts';
import type { Prefix } from '../../model/prefix.ts';
import type { FeaturesProgress } from '../callbacks.ts';
import { modelBatches, type TrainOptions } from '../options.ts';
import { type FeatureFormat, featureBatches, rowBytes, toBytes } from './feature-batches.ts';
import { featureKeys } from './keys.ts';

const FILE = 'features.bin';

/** Images in one pass through the prefix. Independent of the phase's batch size, which may change last bits. */
const PASS_SIZE = 64;

export interface FeatureFilesOptions extends TrainOptions {
  readonly phase: string;
  readonly prefix: Prefix;
  /** Shorter prefixes whose features they are computed from, the longest first. */
  readonly shared: readonly Prefix[];
}

/** The images of a split in one flip. */
export interface FlippedImages {
  readonly split: FeaturesProgress['split'];
  readonly images: Images;
  readonly flip: Flip;
}

export interface StoredFeatures {
  readonly key: string;
  readonly rows: Pixels;
  /** False if the store already had them. */
  readonly computed: boolean;
}

type KeyOf = Awaited<ReturnType<typeof featureKeys>>;

/** Returns the format of the features of a prefix. */
export function formatOf(
  { cut }: Prefix,
  { features }: Pick<TrainOptions['experiment'], 'features'>,
): FeatureFormat {
  return { shape: cut.outputShape, dtype: features.dtype };
}

/** Files of features in the store. They stay there until `release`. */
export class FeatureFiles {
  readonly #options: FeatureFilesOptions;
  readonly #format: FeatureFormat;
  readonly #store: Store;
  readonly #keyOf: KeyOf;
  /** The features that these are computed from; `null`: the images. */
  readonly #base: FeatureFiles | null;
  readonly #entries: AcquiredEntry[] = [];

  private constructor(options: FeatureFilesOptions, keyOf: KeyOf, base: FeatureFiles | null) {
    this.#options = options;
    this.#format = formatOf(options.prefix, options.experiment);
    this.#store = openStore();
    this.#keyOf = keyOf;
    this.#base = base;
  }

  static async open(options: FeatureFilesOptions): Promise<FeatureFiles> {
    const [prefix, ...shared] = options.shared;
    const base = prefix ? await FeatureFiles.open({ ...options, prefix, shared }) : null;
    return new FeatureFiles(options, await featureKeys(options), base);
  }

  /**
   * Returns the features of the images, from the store or computed now.
   *
   * @throws RunError or a file system error when they cannot be stored; the signal's reason when it is
   *   aborted.
   */
  async load(flipped: FlippedImages): Promise<StoredFeatures> {
    const { prefix, callbacks, signal } = this.#options;
    const { images, flip } = flipped;
    const format = this.#format;
    const count = images.labels.length;
    const bytes = count * rowBytes(format);
    const what = `features of ${count} images after ${prefix.cut.name}`;
    const note = async (line: string) => {
      for (const callback of callbacks) await callback.note?.(line);
    };
    const key = this.#keyOf(images, flip);
    const known = (await this.#store.keys(key)).length > 0;
    let computed = false;
    const entry = await this.#store.acquire(key, {
      label: `${what}: ${format.shape.join(' × ')} ${format.dtype}`,
      bytes,
      signal,
      onWait: () => void note(`${what}: another process computes them; waiting for it`),
      make: async (folder) => {
        computed = true;
        if (known) await note(`${what}: the cached file is damaged; computing them again`);
        await requireSpace(folder, bytes);
        await this.#compute(join(folder, FILE), flipped);
      },
    });
    this.#entries.push(entry);
    return { key, rows: new FilePixels(join(entry.folder, FILE), rowBytes(format)), computed };
  }

  async release(): Promise<void> {
    for (const entry of this.#entries) await entry.release();
    await this.#base?.release();
  }

  /** Writes the features of each image into a new file, one row after another. */
  async #compute(path: string, flipped: FlippedImages): Promise<void> {
    const { engine, experiment, signal, phase, callbacks } = this.#options;
    const { split, images } = flipped;
    const { batches, apply, dispose } = await this.#input(flipped);
    const begin = performance.now();
    const report = (done: number) => {
      const imagesPerSecond = (1000 * done) / (performance.now() - begin);
      const progress = { phase, split, done, images: images.labels.length, imagesPerSecond };
      for (const callback of callbacks) callback.features?.(progress);
    };
    const precision = experiment.precision.inference;
    const computeBatch = (inputs: readonly tf.Tensor[]) => [apply(batches.read(inputs).x)];
    const compiled = engine.compile(computeBatch, { name: 'features', precision });
    const file = await open(path, 'wx');
    try {
      let done = 0;
      for await (const batch of batches.inOrder()) {
        const [features] = (await compiled.run(batch.inputs)) as [tf.Tensor];
        const values = (await features.data()) as Float32Array;
        features.dispose();
        await file.writeFile(toBytes(values, this.#format));
        done += batch.size;
        report(done);
        await setImmediate();
        signal.throwIfAborted();
      }
      await file.sync();
    } finally {
      await file.close();
      compiled.dispose();
      dispose();
    }
  }

  /** Returns the batches from which features are computed, and the layers that compute them. */
  async #input(flipped: FlippedImages): Promise<FeatureInput> {
    const { model, graph, prefix, experiment, data, engine } = this.#options;
    const { images, flip } = flipped;
    if (!this.#base) {
      const { prefix: layers, dispose } = splitModel(model, graph, prefix);
      return {
        batches: modelBatches(this.#options, images, { batchSize: PASS_SIZE, reused: false }),
        apply: (x) => infer(layers, flip.length > 0 ? x.reverse([...flip]) : x),
        dispose,
      };
    }
    const { rows } = await this.#base.load(flipped);
    const names = new Set(prefix.layers.map(({ name }) => name));
    const nodes = graph.nodes.filter(({ name }) => names.has(name));
    const { tail, dispose } = splitModel(model, { ...graph, nodes }, this.#base.#options.prefix);
    const batches = featureBatches({
      format: this.#base.#format,
      flips: [{ flip, rows }],
      labels: images.labels,
      classCount: data.classNames.length,
      batchSize: PASS_SIZE,
      sampling: experiment.data.sampling,
      augment: [],
      engine,
    });
    return { batches, apply: (x) => infer(tail, x), dispose };
  }
}

interface FeatureInput {
  readonly batches: Batches;
  apply(x: tf.Tensor): tf.Tensor;
  dispose(): void;
}

function infer(model: tf.LayersModel, x: tf.Tensor): tf.Tensor {
  return model.apply(x, { training: false }) as tf.Tensor;
}

/** @throws RunError when the limit of the cache is below so many bytes. */
export function requireWithinLimit(bytes: number): void {
  const limit = storeLimit();
  if (bytes > limit)
    throw new RunError(
      `they take ${gigabytes(bytes)}, and CIFAR_RUN_CACHE_SIZE allows ${gigabytes(limit)}`,
    );
}

/** Fails before the computation, which may take hours, if the disk has too little space. @throws RunError */
async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (bytes > free)
    throw new RunError(
      `they take ${gigabytes(bytes)}, and the disk has ${gigabytes(free)} left at ${folder}`,
    );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
