import { constants } from 'node:os';

/** What the user gave cannot be used: wrong file, wrong option, wrong name. Exit code 2. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
  readonly exitCode: number = 2;
}

/** A run, an install or a download began and could not be finished. Exit code 1. */
export class RunError extends Error {
  override readonly name: string = 'RunError';
  readonly exitCode: number = 1;
}

/** What asks a program to stop; SIGUSR2 is how a cluster says that the time of a job is almost over. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGUSR2';

/** The user, or the machine, asked the program to stop. Exit code 128 plus the signal's number: 130, 143, on Linux 140. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly exitCode: number;
  readonly signal: StopSignal;

  constructor(signal: StopSignal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
    this.exitCode = 128 + constants.signals[signal];
  }
}
