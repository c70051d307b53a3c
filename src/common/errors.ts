import { constants } from 'node:os';

/** An error in what the user gave: a wrong file, option or name. Exit code 2. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
  readonly exitCode: number = 2;
}

/** A run, an installation or a download that started and failed. Exit code 1. */
export class RunError extends Error {
  override readonly name: string = 'RunError';
  readonly exitCode: number = 1;
}

/** Returns a handler for the failure of a second way: both errors matter, as the user can repair either way. */
export function addReason(first: RunError) {
  return (second: unknown): never => {
    if (!(second instanceof RunError)) throw second;
    throw new RunError(`${first.message}.\n${second.message}`);
  };
}

/** Returns whether memory ran out, of the machine, the GPU or the process. */
export function isOutOfMemory(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  const isAllocation = error instanceof RangeError && /allocation failed/i.test(error.message);
  return code === 'RESOURCE_EXHAUSTED' || code === 'ENOMEM' || isAllocation;
}

/** Turns errors of the machine (memory, files, network) into sentences. All others are bugs and stay as they are. */
export function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (isOutOfMemory(error)) {
    const remedy = 'use a smaller batchSize with gradientAccumulation, or a smaller inputShape';
    return new RunError(`out of memory; ${remedy}. ${error.message}`, { cause: error });
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    const remedy = 'raise the limit, e.g. ulimit -n 4096';
    return new RunError(`too many open files; ${remedy}. ${error.message}`, { cause: error });
  }
  return syscall === undefined || 'exitCode' in error
    ? error
    : new RunError(error.message, { cause: error });
}

/**
 * The signals that stop the program. A cluster sends SIGUSR2 shortly before the time limit of a job. Windows sends SIGBREAK
 * for Ctrl-Break and SIGHUP when the window is closed.
 */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGUSR2' | 'SIGBREAK' | 'SIGHUP';

/** The program was stopped by a signal. Exit code 128 plus the number of the signal: 130, 143, on Linux 140. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly exitCode: number;
  readonly signal: StopSignal;

  /** What was saved, and how to continue; empty if there was nothing to save yet. */
  readonly detail: string;

  constructor(signal: StopSignal, detail = '') {
    super(`interrupted by ${signal}${detail && `: ${detail}`}`);
    this.signal = signal;
    this.detail = detail;
    this.exitCode = 128 + constants.signals[signal];
  }
}
