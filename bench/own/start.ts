import type { Task } from '../task.ts';
import { phaseOn, trainIt } from './experiment.ts';

/** Resolves after the first step of the phase that trains everything. */
export async function start({ folder, batch, threads }: Task & { kind: 'start' }): Promise<void> {
  const loaded = await phaseOn(folder, 'fine-tune', { epochs: 1, batch });
  await new Promise<void>((resolve, reject) => {
    let steps = 0;
    const probe = () => {
      // It looks at each step before it is done.
      if (steps++ === 1) resolve();
    };
    trainIt(loaded, threads, { callbacks: [], probe }).catch(reject);
  });
}
