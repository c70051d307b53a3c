import { countOf } from '../common/format.ts';
import { type Capacity, divide, thisMachine } from './capacity.ts';
import { localJobPool } from './job-process.ts';
import type { Launcher, LaunchRequest } from './launcher.ts';
import { schedule } from './scheduler.ts';
import { SweepMonitor } from './sweep-monitor.ts';

/** Runs each trial in its own process on this machine, several at once. */
export const launchLocally: Launcher = async (request) => {
  const { sweep, record, entries, retries, options } = request;
  const { failFast, signal, progress } = options;
  const usesGpu = sweep.trials.some(({ experiment }) => experiment.device !== 'cpu');
  const machine = await thisMachine(usesGpu ? 'auto' : 'cpu');
  // All trials count, not only those that are left: another number of threads would change last digits and features.
  const plans = sweep.trials.map(({ plan }) => plan);
  const capacity = divide(machine, plans, options);
  const { jobs: slots, threads } = capacity;
  await progress.step(describeStart(request, capacity), async (step) => {
    const pool = localJobPool({ slots, gpus: capacity.gpus });
    const jobOptions = { ...request.jobOptions, threads };
    const monitor = new SweepMonitor(record, sweep, { step, slots });
    await schedule(entries, { pool, jobOptions, retries, failFast, signal }, monitor);
  });
  return true;
};

function describeStart(
  { sweep, entries }: LaunchRequest,
  { jobs, threads, reason }: Capacity,
): string {
  const { name, trials } = sweep;
  return [
    `Sweep ${name}: ${countOf(trials.length, 'run')}`,
    entries.length < trials.length ? `${entries.length} left` : '',
    `${Math.min(jobs, entries.length)} at once`,
    `${countOf(threads, 'thread')} each`,
    reason ?? '',
  ]
    .filter(Boolean)
    .join(', ');
}
