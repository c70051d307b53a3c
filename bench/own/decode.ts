import { loadData } from '../../src/data/load.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { DoWork, Task } from '../task.ts';
import { inFreshCache } from './cache.ts';
import { phaseOn } from './experiment.ts';

/** Reads all images into memory. */
export function decode({ folder, again }: Task & { kind: 'decode' }, engine: Engine): DoWork {
  return async (times) => {
    for (let i = 0; i < times; i++) await (again ? read() : inFreshCache(read));
    return {};
  };

  async function read() {
    const { experiment } = await phaseOn(folder, 'head', { epochs: 1, batch: 32 });
    const { train, validation } = await loadData(experiment.data, 1, {
      imageShape: [32, 32, 3],
      signal: new AbortController().signal,
      jpegs: engine.jpegs,
      report: () => {},
      note: () => {},
    });
    for (const { pixels, labels } of [train, validation])
      for (let from = 0; from < labels.length; from += 256)
        await pixels.read(
          Array.from({ length: Math.min(256, labels.length - from) }, (_, i) => from + i),
        );
  }
}
