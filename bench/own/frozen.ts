import type { Task } from '../task.ts';
import { inFreshCache } from './cache.ts';
import { phaseOn, trainIt } from './experiment.ts';
import type { Do } from './work.ts';

/** The head's phase of the published experiment as it stands, nothing cached before. */
export function frozen({ folder, batch, threads }: Task & { kind: 'frozen' }): Do {
  return (epochs) =>
    inFreshCache(async () => {
      let last = 0;
      const epochEnd = ({ seconds }: { seconds: number }) => {
        last = seconds;
      };
      const loaded = await phaseOn(folder, 'head', { epochs, batch });
      await trainIt(loaded, threads, { callbacks: [{ epochEnd }] });
      return { last };
    });
}
