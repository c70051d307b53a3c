import { once } from 'node:events';
import { InterruptedError, type StopSignal } from '../common/errors.ts';
import type { Job } from '../sweep/job.ts';
import { doTask } from '../sweep/launchers/slurm/task.ts';
import { doJob } from '../sweep/worker.ts';
import type { Message } from '../sweep/workers.ts';

/** `cifar-run job`: one run of a sweep, as the process that launched this one says by messages. */
export async function jobCommand(): Promise<void> {
  const signal = interruption();
  const [job] = (await once(process, 'message')) as [Job];
  const end = await doJob(job, signal, (event) => send({ event }));
  send({ end });
  if (process.connected) process.disconnect();
}

/**
 * A terminal's Ctrl-C reaches all processes, but only the one that launched this one decides what it means;
 * if that one is gone, nobody waits for the run: it saves and ends.
 */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new InterruptedError('SIGINT'));
  process.on('SIGINT', () => {});
  process.on('SIGTERM', interrupt);
  process.on('disconnect', interrupt);
  process.on('message', (message) => {
    if (message === 'interrupt') interrupt();
  });
  return controller.signal;
}

function send(message: Message): void {
  // Whoever launched it may be gone.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** `cifar-run task FILE`: one run of a sweep, as a task of a Slurm job array. */
export async function taskCommand(file: string): Promise<void> {
  const write = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  await doTask(file, { signal: almostOver(), write });
}

/** However long saving takes, it is Slurm that ends it; what comes after the first signal changes nothing. */
function almostOver(): AbortSignal {
  const controller = new AbortController();
  const signals: readonly StopSignal[] = ['SIGUSR2', 'SIGTERM', 'SIGINT'];
  for (const signal of signals) {
    process.on(signal, () => controller.abort(new InterruptedError(signal)));
  }
  return controller.signal;
}
