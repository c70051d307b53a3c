import { constants } from 'node:os';
import { InterruptedError, type StopSignal } from './errors.ts';

/**
 * SIGINT is Ctrl-C. SIGTERM announces a shutdown or the time limit of a job. With SIGUSR2 a cluster announces
 * that it will requeue the job.
 */
const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGUSR2'];

/** The time that the current step and the checkpoint after it may take. */
const GRACE_MS = 8_000;

/**
 * Returns a signal that is aborted at the first SIGINT, SIGTERM or SIGUSR2, so that a run can save its state.
 * The process exits at the second one, or eight seconds after the first. Earlier checkpoints stay intact.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    if (constants.signals[signal] === undefined) continue;
    process.on(signal, () => {
      const error = new InterruptedError(signal);
      if (controller.signal.aborted) return exitNow(error.exitCode);
      process.stderr.write(`${error.message}: finishing this step; once more to stop at once\n`);
      setTimeout(() => exitNow(error.exitCode), GRACE_MS).unref();
      controller.abort(error);
    });
  }
  return controller.signal;
}

/** Exits even while another thread computes; `process.exit` alone would wait for it. */
async function exitNow(code: number): Promise<void> {
  const { default: koffi } = await import('koffi');
  const exit = koffi.load(null).func('void _exit(int)');
  // Added last, so that it runs after all other listeners.
  process.once('exit', () => exit(code));
  process.exit(code);
}

/**
 * Runs work that can stop cleanly, with a signal that is aborted at SIGINT and SIGTERM.
 *
 * @throws InterruptedError after the work has stopped.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals) =>
    controller.abort(new InterruptedError(signal as StopSignal));
  process.on('SIGINT', abort).on('SIGTERM', abort);
  try {
    return await work(controller.signal);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}
