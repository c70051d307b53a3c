import { InterruptedError } from '../common/errors.ts';
import { countOf } from '../common/format.ts';
import type { Trial } from '../run-folder/sweep-record.ts';
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
    if (signal.aborted) throw interruption(signal.reason, record.trials);
  });
  return true;
};

/** The reason of the signal, with what is done and how to continue. */
function interruption(reason: unknown, trials: readonly Trial[]): unknown {
  if (!(reason instanceof InterruptedError)) return reason;
  const done = trials.filter(({ state }) => state === 'finished' || state === 'stopped').length;
  const saved = `${done} of ${countOf(trials.length, 'run')} done, the interrupted ones saved`;
  return new InterruptedError(
    reason.signal,
    `${saved}\nto continue: the same command with --resume`,
  );
}

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
