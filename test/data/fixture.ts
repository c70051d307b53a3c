import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Images, LoadContext } from '../../src/data/dataset.ts';
import type { DataConfig } from '../../src/experiment/experiment.ts';

/** How images are resized by default. */
export const STRETCH = { fit: 'stretch', interpolation: 'bilinear' } as const;

/** A data section with all defaults filled in. */
export function dataConfig(given: Partial<DataConfig>): DataConfig {
  return {
    dataset: 'folder',
    source: null,
    classes: null,
    limit: { train: null, validation: null },
    validation: 'test',
    splitSeed: null,
    broken: 'stop',
    resize: STRETCH,
    preprocess: 'none',
    sampling: 'uniform',
    classWeights: null,
    augment: [],
    ...given,
  };
}

/** A context that collects its messages in `messages`. */
export function loadContext(imageShape: readonly [number, number, number]) {
  const messages: string[] = [];
  const context: LoadContext = {
    imageShape,
    signal: new AbortController().signal,
    report: (message) => messages.push(message),
    note: (message) => messages.push(message),
  };
  return { ...context, messages };
}

/** Makes a temporary folder for the tests of a `describe`. It also contains the program's cache. */
export function useFolder(): () => string {
  let folder: string;
  const { CIFAR_RUN_CACHE } = process.env;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-data-'));
    process.env.CIFAR_RUN_CACHE = join(folder, 'cache');
  });
  after(async () => {
    if (CIFAR_RUN_CACHE === undefined) delete process.env.CIFAR_RUN_CACHE;
    else process.env.CIFAR_RUN_CACHE = CIFAR_RUN_CACHE;
    await rm(folder, { recursive: true, force: true });
  });
  return () => folder;
}

/** Returns the error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('the promise did not reject');
    },
    (error: Error) => error,
  );
}

/** Returns the bytes of all images, one after another. */
export function pixelsOf({ pixels, labels }: Images): Uint8Array {
  return Buffer.concat(Array.from(labels, (_, index) => pixels.of(index)));
}
