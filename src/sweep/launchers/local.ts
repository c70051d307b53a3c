import { SweepBoard } from '../board.ts';
import { type Capacity, divide, thisMachine } from '../capacity.ts';
import { schedule } from '../schedule.ts';
import { workers } from '../workers.ts';
import type { Launcher, Work } from './launcher.ts';

/** Each run in a process of its own on this machine, several at once. */
export const localLauncher: Launcher = async (work) => {
  const { sweep, record, entries, retries, options } = work;
  const { failFast, signal, progress } = options;
  const machine = await thisMachine();
  // Of all, not only of what is left: numbers of threads that change would change last digits and features.
  const plans = sweep.cells.map(({ plan }) => plan);
  const capacity = divide(machine, plans, options);
  const { jobs: slots, threads } = capacity;
  await progress.step(describeStart(work, capacity), async (step) => {
    await schedule(
      entries,
      {
        workers: workers({ slots, gpus: machine.gpus }),
        common: { ...work.common, threads },
        ...{ retries, failFast, signal },
      },
      new SweepBoard(record, sweep, { step, slots }),
    );
  });
  return true;
};

function describeStart({ sweep, entries }: Work, { jobs, threads, why }: Capacity): string {
  const { name, cells } = sweep;
  return [
    `Sweep ${name}: ${cells.length} ${cells.length === 1 ? 'run' : 'runs'}`,
    entries.length < cells.length ? `${entries.length} to do` : '',
    `${Math.min(jobs, entries.length)} at once`,
    `${threads} ${threads === 1 ? 'thread' : 'threads'} each`,
    why ?? '',
  ]
    .filter(Boolean)
    .join(', ');
}
