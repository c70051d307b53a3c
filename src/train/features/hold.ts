import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import type { Pictures } from '../../data/dataset.ts';
import { FilePixels, type Pixels } from '../../data/pixels.ts';
import type { View } from '../../data/views.ts';
import { RunError } from '../../errors.ts';
import type { Prefix } from '../../model/prefix.ts';
import { type Held, openStore, type Store } from '../../storage/store.ts';
import { storeLimit } from '../../storage/store-limit.ts';
import type { FeaturesProgress } from '../callbacks.ts';
import { feed } from '../feed.ts';
import type { TrainOptions } from '../train.ts';
import { computeFeatures, PASS_SIZE } from './compute.ts';
import { featureKeys } from './key.ts';
import { type FeatureFormat, rowBytes } from './rows.ts';

const FILE = 'features.bin';

/** What features are computed with. */
export interface FeatureMaker extends TrainOptions {
  readonly phase: string;
  readonly prefix: Prefix;
  /** The model of the prefix. */
  readonly prefixModel: tf.LayersModel;
  readonly format: FeatureFormat;
}

/** Pictures as they are seen in one view. */
export interface Seen {
  readonly part: FeaturesProgress['part'];
  readonly pictures: Pictures;
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
  readonly #held: Held[] = [];

  private constructor(maker: FeatureMaker, keyOf: KeyOf) {
    this.#maker = maker;
    this.#store = openStore();
    this.#keyOf = keyOf;
  }

  static async open(maker: FeatureMaker): Promise<FeatureFiles> {
    return new FeatureFiles(maker, await featureKeys(maker));
  }

  /**
   * The features of pictures in one view, computed if no one has done so.
   * @throws RunError or a file system's error when they cannot be kept, the signal's reason when it is aborted.
   */
  async hold(seen: Seen): Promise<HeldRows> {
    const { format, prefix, callbacks, signal } = this.#maker;
    const count = seen.pictures.labels.length;
    const bytes = count * rowBytes(format);
    const what = `features of ${count} pictures after ${prefix.cut.name}`;
    const tell = async (line: string) => {
      for (const callback of callbacks) await callback.note?.(line);
    };
    const key = this.#keyOf(seen.pictures, seen.view);
    const known = (await this.#store.keys(key)).length > 0;
    let computed = false;
    const held = await this.#store.hold(key, {
      label: `${what}: ${format.shape.join(' × ')} ${format.dtype}`,
      bytes,
      signal,
      waiting: () => void tell(`${what}: another process computes them, waiting for it`),
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

  async #compute(path: string, { part, pictures, view }: Seen): Promise<void> {
    const { prefixModel: prefix, format, engine, signal, phase, callbacks } = this.#maker;
    const begin = performance.now();
    const onDone = (done: number) => {
      const imagesPerSecond = (1000 * done) / (performance.now() - begin);
      const progress = { phase, part, done, pictures: pictures.labels.length, imagesPerSecond };
      for (const callback of callbacks) callback.features?.(progress);
    };
    const pass = feed(pictures, this.#maker, { batchSize: PASS_SIZE, again: false });
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
