import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type * as tf from '@tensorflow/tfjs';
import type { Feed } from '../../data/batches.ts';
import type { View } from '../../data/views.ts';
import type { Engine } from '../../engine/engine.ts';
import { type FeatureFormat, toBytes } from './rows.ts';

/** Pictures that go through the prefix at once, whatever the phase's batch size: it may change last bits. */
export const PASS_SIZE = 64;

export interface Pass {
  readonly prefix: tf.LayersModel;
  /** In the order of the rows, preprocessed, `PASS_SIZE` at once. */
  readonly feed: Feed;
  readonly view: View;
  readonly format: FeatureFormat;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Told of how many pictures are done. */
  readonly onDone: (pictures: number) => void;
}

/** Writes what the prefix makes of each picture into a new file, one row after another. */
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
