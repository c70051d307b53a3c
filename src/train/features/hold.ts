import { open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type * as tf from '@tensorflow/tfjs';
import { type AcquiredEntry, openStore, type Store, storeLimit } from '../../cache/store.ts';
import { RunError } from '../../common/errors.ts';
import type { Flip as View } from '../../data/augment/augment.ts';
import type { Batches } from '../../data/batches/batches.ts';
import type { Images } from '../../data/dataset.ts';
import { FilePixels, type Pixels } from '../../data/pixels.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Prefix } from '../../model/prefix.ts';
import type { FeaturesProgress } from '../callbacks.ts';
import { feed } from '../epoch.ts';
import type { TrainOptions } from '../train.ts';
import { type FeatureFormat, rowBytes, toBytes } from './feature-rows.ts';
import { featureKeys } from './key.ts';

const FILE = 'features.bin';

/** What features are computed with. */
export interface FeatureMaker extends TrainOptions {
  readonly phase: string;
  readonly prefix: Prefix;
  /** The model of the prefix. */
  readonly prefixModel: tf.LayersModel;
  readonly format: FeatureFormat;
}

/** Images as they are seen in one view. */
export interface Seen {
  readonly part: FeaturesProgress['part'];
  readonly images: Images;
  readonly view: View;
}

export interface HeldRows {
  readonly key: string;
  readonly rows: Pixels;
  /** Whether they had to be computed. */
  readonly computed: boolean;
}

type KeyOf = Awaited<ReturnType<typeof featureKeys>>;

/** Files of features in the store, which stay there until all are released. */
export class FeatureFiles {
  readonly #maker: FeatureMaker;
  readonly #store: Store;
  readonly #keyOf: KeyOf;
  readonly #held: AcquiredEntry[] = [];

  private constructor(maker: FeatureMaker, keyOf: KeyOf) {
    this.#maker = maker;
    this.#store = openStore();
    this.#keyOf = keyOf;
  }

  static async open(maker: FeatureMaker): Promise<FeatureFiles> {
    return new FeatureFiles(maker, await featureKeys(maker));
  }

  /**
   * The features of images in one view, computed if no one has done so.
   * @throws RunError or a file system's error when they cannot be kept, the signal's reason when it is aborted.
   */
  async hold(seen: Seen): Promise<HeldRows> {
    const { format, prefix, callbacks, signal } = this.#maker;
    const count = seen.images.labels.length;
    const bytes = count * rowBytes(format);
    const what = `features of ${count} images after ${prefix.cut.name}`;
    const tell = async (line: string) => {
      for (const callback of callbacks) await callback.note?.(line);
    };
    const key = this.#keyOf(seen.images, seen.view);
    const known = (await this.#store.keys(key)).length > 0;
    let computed = false;
    const held = await this.#store.acquire(key, {
      label: `${what}: ${format.shape.join(' × ')} ${format.dtype}`,
      bytes,
      signal,
      onWait: () => void tell(`${what}: another process computes them, waiting for it`),
      make: async (folder) => {
        computed = true;
        if (known) await tell(`${what}: the file in the cache was damaged, computing them again`);
        await requireRoom(folder, bytes);
        await this.#compute(join(folder, FILE), seen);
      },
    });
    this.#held.push(held);
    return { key, rows: new FilePixels(join(held.folder, FILE), rowBytes(format)), computed };
  }

  async release(): Promise<void> {
    for (const held of this.#held) await held.release();
  }

  async #compute(path: string, { part, images, view }: Seen): Promise<void> {
    const { prefixModel: prefix, format, engine, signal, phase, callbacks } = this.#maker;
    const begin = performance.now();
    const onDone = (done: number) => {
      const imagesPerSecond = (1000 * done) / (performance.now() - begin);
      const progress = { phase, part, done, images: images.labels.length, imagesPerSecond };
      for (const callback of callbacks) callback.features?.(progress);
    };
    const pass = feed(images, this.#maker, { batchSize: PASS_SIZE, again: false });
    await computeFeatures(path, { prefix, feed: pass, view, format, engine, signal, onDone });
  }
}

/** @throws RunError when the cache may not hold so many bytes. */
export function requireAllowed(bytes: number): void {
  const limit = storeLimit();
  if (bytes > limit)
    throw new RunError(
      `they take ${gigabytes(bytes)}, and CIFAR_RUN_CACHE_SIZE allows ${gigabytes(limit)}`,
    );
}

/** Before hours of computing, not after them. @throws RunError */
async function requireRoom(folder: string, bytes: number): Promise<void> {
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

/** Images that go through the prefix at once, whatever the phase's batch size: it may change last bits. */
export const PASS_SIZE = 64;

export interface Pass {
  readonly prefix: tf.LayersModel;
  /** In the order of the rows, preprocessed, `PASS_SIZE` at once. */
  readonly feed: Batches;
  readonly view: View;
  readonly format: FeatureFormat;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Told of how many images are done. */
  readonly onDone: (images: number) => void;
}

/** Writes what the prefix makes of each image into a new file, one row after another. */
export async function computeFeatures(path: string, pass: Pass): Promise<void> {
  const { prefix, feed, view, format, engine, signal, onDone } = pass;
  const compiled = engine.compile((inputs) => {
    const { x } = feed.read(inputs);
    const seen = view.length > 0 ? x.reverse([...view]) : x;
    return [prefix.apply(seen, { training: false }) as tf.Tensor];
  }, 'features');
  const file = await open(path, 'wx');
  try {
    let done = 0;
    for await (const batch of feed.inOrder()) {
      const [features] = (await compiled.run(batch.inputs)) as [tf.Tensor];
      const values = (await features.data()) as Float32Array;
      features.dispose();
      await file.writeFile(toBytes(values, format));
      done += batch.size;
      onDone(done);
      await setImmediate();
      signal.throwIfAborted();
    }
    await file.sync();
  } finally {
    await file.close();
    compiled.dispose();
  }
}
