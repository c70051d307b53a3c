import { InterruptedError } from '../../../errors.ts';

/**
 * Runs work that can stop cleanly, and aborts its signal at SIGINT and SIGTERM.
 * @throws InterruptedError once the work has stopped.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) =>
    controller.abort(new InterruptedError(signal as 'SIGINT' | 'SIGTERM'));
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
