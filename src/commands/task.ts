import { InterruptedError, type StopSignal } from '../errors.ts';
import { doTask } from '../sweep/launchers/slurm/task.ts';

/** `cifar-run task FILE`: one run of a sweep, as a task of a Slurm job array. */
export async function taskCommand(file: string): Promise<void> {
  const write = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  await doTask(file, { signal: interruption(), write });
}

/** However long saving takes, it is Slurm that ends it; what comes after the first signal changes nothing. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const signals: readonly StopSignal[] = ['SIGUSR2', 'SIGTERM', 'SIGINT'];
  for (const signal of signals) {
    process.on(signal, () => controller.abort(new InterruptedError(signal)));
  }
  return controller.signal;
}
