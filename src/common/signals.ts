import { InterruptedError, type StopSignal } from './errors.ts';

/**
 * SIGINT is Ctrl-C. SIGTERM announces a shutdown or the time limit of a job. With SIGUSR2 a cluster announces
 * that it will requeue the job. Elsewhere than on Windows, SIGHUP keeps its meaning, so that `nohup` works.
 */
const SIGNALS: readonly StopSignal[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGBREAK', 'SIGHUP']
    : ['SIGINT', 'SIGTERM', 'SIGUSR2'];

/** The time that the current step and the checkpoint after it may take. */
const GRACE_MS = 8_000;

/**
 * Returns a signal that is aborted at the first of the signals, so that a run can save its state.
 * The process exits at the second one, or eight seconds after the first. Earlier checkpoints stay intact.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const error = new InterruptedError(signal);
      if (controller.signal.aborted) return exitNow(error.exitCode);
      process.stderr.write(`${error.message}: finishing this step; once more to stop at once\n`);
      setTimeout(() => {
        // The error may be reported already, while another thread still computes.
        if (process.exitCode === undefined) {
          process.stderr.write('stopped within the step: what was saved before is kept\n');
        }
        exitNow(error.exitCode);
      }, GRACE_MS).unref();
      controller.abort(error);
    });
  }
  return controller.signal;
}

/** Exits even while another thread computes; `process.exit` alone would wait for it. */
async function exitNow(code: number): Promise<void> {
  const exit = await systemExit();
  // Added last, so that it runs after all other listeners.
  process.once('exit', () => exit(code));
  process.exit(code);
}

/** The system's function that ends this process with an exit code. */
async function systemExit(): Promise<(code: number) => void> {
  const { default: koffi } = await import('koffi');
  if (process.platform !== 'win32') return koffi.load(null).func('void _exit(int)');
  const terminate = koffi
    .load('kernel32.dll')
    .func('int __stdcall TerminateProcess(intptr_t process, uint32_t code)');
  const thisProcess = -1;
  return (code) => terminate(thisProcess, code);
}

/**
 * Runs work that can stop cleanly, with a signal that is aborted at the first of the signals.
 *
 * @throws InterruptedError after the work has stopped.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals) =>
    controller.abort(new InterruptedError(signal as StopSignal));
  for (const name of SIGNALS) process.on(name, abort);
  try {
    return await work(controller.signal);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
  }
}
