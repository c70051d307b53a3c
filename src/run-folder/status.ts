import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Claim, claimOwner } from '../cache/claim.ts';
import { RunError } from '../common/errors.ts';
import { JsonFile } from './run-file.ts';

/** The states of a run; the files of a damaged one cannot be read. */
export const RUN_STATES = [
  'running',
  'finished',
  'stopped',
  'failed',
  'interrupted',
  'damaged',
] as const;

export type RunState = (typeof RUN_STATES)[number];

/** The state in which a run ends. A stopped run fell behind others of its sweep; its folder is complete. */
export type EndState = 'finished' | 'stopped' | 'failed';

/** A table or chart of a finished run that could not be written. */
export interface FailedArtifact {
  readonly name: string;
  readonly error: string;
}

/** The content of status.json. A run whose state is `started` is running, or was interrupted if its process is gone. */
export interface StatusRecord {
  readonly state: 'started' | EndState;
  /** UTC, ISO 8601. */
  readonly started: string;
  readonly ended: string | null;
  /** The message of the error that a failed run ended with. */
  readonly error: string | null;
  readonly failedArtifacts?: readonly FailedArtifact[];
  /** The number of times that training went back to a checkpoint because the loss was not finite. */
  readonly retries: number;
  readonly pid: number;
  readonly host: string;
}

export interface RunStatus extends Omit<StatusRecord, 'state'> {
  readonly state: RunState;
}

const STATUS = new JsonFile<StatusRecord>('status.json', { version: 1, keys: ['state'] });

/** Path of status.json in a run's folder. */
export function statusPath(folder: string): string {
  return STATUS.path(folder);
}

/**
 * Reads a run's state; `null` if there is no status.json: the run was interrupted as it began.
 * @throws UnreadableFileError
 */
export async function readStatus(folder: string): Promise<RunStatus | null> {
  const status = await STATUS.read(folder);
  if (status === null) return null;
  if (status.state !== 'started') return { ...status, state: status.state };
  return { ...status, state: (await lockHolder(folder)) ? 'running' : 'interrupted' };
}

/** Writes status.json while its run trains in this process. */
export class StatusWriter {
  readonly #folder: string;
  #status: StatusRecord;

  private constructor(folder: string, status: StatusRecord) {
    this.#folder = folder;
    this.#status = status;
  }

  static async start(folder: string): Promise<StatusWriter> {
    const writer = new StatusWriter(folder, {
      state: 'started',
      started: new Date().toISOString(),
      ended: null,
      error: null,
      retries: 0,
      pid: process.pid,
      host: hostname(),
    });
    await writer.#update({});
    return writer;
  }

  async retry(retries: number): Promise<void> {
    await this.#update({ retries });
  }

  async end(
    state: EndState,
    outcome: Partial<Pick<StatusRecord, 'error' | 'failedArtifacts'>> = {},
  ): Promise<void> {
    await this.#update({ state, ended: new Date().toISOString(), error: null, ...outcome });
  }

  async #update(change: Partial<StatusRecord>): Promise<void> {
    this.#status = { ...this.#status, ...change };
    await STATUS.write(this.#folder, this.#status);
  }
}

/** Records which artifacts of a finished run could not be written again. */
export async function recordArtifacts(
  folder: string,
  failedArtifacts: readonly FailedArtifact[],
): Promise<void> {
  const status = await STATUS.read(folder);
  if (status) await STATUS.write(folder, { ...status, failedArtifacts });
}

/** The file that exists while the run's process lives; the process touches it at intervals. */
export const LOCK = 'run.lock';

/** The process that writes to a run's folder; `null` if there is none. */
export function lockHolder(folder: string): ReturnType<typeof claimOwner> {
  return claimOwner(join(folder, LOCK));
}

/** The lock of a run's folder: one process at a time writes to it. */
export class RunLock {
  readonly #folder: string;
  readonly #claim: Claim;

  private constructor(folder: string, claim: Claim) {
    this.#folder = folder;
    this.#claim = claim;
  }

  /** @throws RunError if another process has the lock, or the folder is not writable. */
  static async take(folder: string): Promise<RunLock> {
    const cannotLock = (reason: string, cause?: unknown) =>
      new RunError(`cannot lock the run ${folder}: ${reason}`, { cause });
    const { signal } = new AbortController();
    const claim = await Claim.tryTake(join(folder, LOCK), signal).catch((error: Error) => {
      throw cannotLock(error.message, error);
    });
    if (claim) return new RunLock(folder, claim);
    const holder = await lockHolder(folder);
    const which = holder ? `, ${holder.pid} on ${holder.host}` : '';
    throw cannotLock(`another process holds it${which}`);
  }

  isHeld(): boolean {
    return this.#claim.isHeld();
  }

  /** @throws RunError if the folder was removed, or another process has taken the lock over. */
  throwIfLost(): void {
    if (this.isHeld()) return;
    const why = existsSync(this.#folder) ? 'another process took the run over' : 'it was removed';
    throw new RunError(`nothing more is written to ${this.#folder}: ${why}`);
  }

  /** Never throws: status.json has the result by then. */
  async release(): Promise<void> {
    await this.#claim.release().catch(() => {});
  }
}
