import { once } from 'node:events';
import { InterruptedError } from '../errors.ts';
import type { Job } from '../sweep/job.ts';
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
