import type { Task } from '../task.ts';
import { phaseOn, trainIt } from './experiment.ts';

/** Resolves after the first step of fine-tuning. */
export async function start({ folder, batch, threads }: Task & { kind: 'start' }): Promise<void> {
  const loaded = await phaseOn(folder, 'fine-tune', { epochs: 1, batch });
  await new Promise<void>((resolve, reject) => {
    let steps = 0;
    const probe = () => {
      // The probe is called before each step.
      if (steps++ === 1) resolve();
    };
    trainIt(loaded, threads, { callbacks: [], probe }).catch(reject);
  });
}
