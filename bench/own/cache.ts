import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';

/** Runs a function with an empty cache. The engine, which is in the cache as well, must be running already. */
export async function inFreshCache<T>(run: () => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(os.tmpdir(), 'cifar-run-bench-'));
  process.env.CIFAR_RUN_CACHE = folder;
  try {
    return await run();
  } finally {
    delete process.env.CIFAR_RUN_CACHE;
    await rm(folder, { recursive: true });
  }
}
