import { once } from 'node:events';
import { InterruptedError, type StopSignal } from '../common/errors.ts';
import type { Job } from '../sweep/job.ts';
import type { Message } from '../sweep/job-process.ts';
import { runJob } from '../sweep/run-job.ts';
import { runTask } from '../sweep/slurm/task.ts';

/** `cifar-run job`: runs one job, which the parent process sends as a message. */
export async function jobCommand(): Promise<void> {
  const signal = interruptionByParent();
  const [job] = (await once(process, 'message')) as [Job];
  const end = await runJob(job, signal, (event) => send({ event }));
  send({ end });
  if (process.connected) process.disconnect();
}

/**
 * Ctrl-C on a terminal reaches all processes, but the parent process decides what it means. If the parent is gone, the
 * run saves a checkpoint and ends.
 */
function interruptionByParent(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new InterruptedError('SIGINT'));
  process.on('SIGINT', () => {});
  process.on('SIGTERM', interrupt);
  if (process.platform === 'win32') process.on('SIGBREAK', () => {}).on('SIGHUP', interrupt);
  process.on('disconnect', interrupt);
  process.on('message', (message) => {
    if (message === 'interrupt') interrupt();
  });
  return controller.signal;
}

function send(message: Message): void {
  // The parent may be gone.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** `cifar-run task FILE`: runs a task of a Slurm job array. */
export async function taskCommand(file: string): Promise<void> {
  const write = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  await runTask(file, { signal: interruptionBySlurm(), write });
}

/** Slurm kills the task at its time limit, so signals after the first change nothing. */
function interruptionBySlurm(): AbortSignal {
  const controller = new AbortController();
  const signals: readonly StopSignal[] = ['SIGUSR2', 'SIGTERM', 'SIGINT'];
  for (const signal of signals) {
    process.on(signal, () => controller.abort(new InterruptedError(signal)));
  }
  return controller.signal;
}
