import { constants } from 'node:os';
import { InterruptedError, type StopSignal } from './errors.ts';

/** Ctrl-C, the end of the machine or of a job's time, and a scheduler that will put the run back in its queue. */
const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGUSR2'];

/** So long the step that goes on, and what is saved after it, may take. */
const PATIENCE_MS = 8_000;

/**
 * Aborts at the first of these signals, so that what runs can save. The second one ends the process at once,
 * and so does the first when nothing has come of it: what was saved before is whole in either case.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    if (constants.signals[signal] === undefined) continue;
    process.on(signal, () => {
      const error = new InterruptedError(signal);
      if (controller.signal.aborted) return exitAtOnce(error.exitCode);
      process.stderr.write(`${error.message}: finishing this step; once more to stop at once\n`);
      setTimeout(() => exitAtOnce(error.exitCode), PATIENCE_MS).unref();
      controller.abort(error);
    });
  }
  return controller.signal;
}

/** Also while a step goes on in a thread, for which `process.exit` alone would wait. */
async function exitAtOnce(code: number): Promise<void> {
  const { default: koffi } = await import('koffi');
  const end = koffi.load(null).func('void _exit(int)');
  // After all others who listen.
  process.once('exit', () => end(code));
  process.exit(code);
}
