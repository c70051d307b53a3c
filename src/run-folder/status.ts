import { hostname } from 'node:os';
import { join } from 'node:path';
import { claimOwner } from '../cache/claim.ts';
import { readRecord } from './read-record.ts';
import type { RunFolder } from './run-folder.ts';

/** In a run's folder as long as its process lives, touched again and again. */
export const LOCK = 'run.lock';

/** How a run ends; one that was stopped was not worth more epochs, and its record is complete. */
export type Ending = 'finished' | 'stopped' | 'failed';

/**
 * What status.json says. A run that neither finished nor failed is going on, or was interrupted if its
 * process is gone.
 */
export interface Status {
  readonly state: 'started' | Ending;
  /** UTC, ISO 8601. */
  readonly started: string;
  readonly ended: string | null;
  /** What made it fail. */
  readonly error: string | null;
  /** How often training went back because the loss was not finite. */
  readonly retries: number;
  readonly pid: number;
  readonly host: string;
}

/** Writes status.json as the run begins. */
export async function beginStatus(folder: RunFolder): Promise<Status> {
  const status: Status = {
    state: 'started',
    started: new Date().toISOString(),
    ended: null,
    error: null,
    retries: 0,
    pid: process.pid,
    host: hostname(),
  };
  await folder.writeJson('status.json', status);
  return status;
}

/** Writes status.json as the run ends; `error` is what made it fail. */
export async function endStatus(
  folder: RunFolder,
  begun: Status,
  state: Ending,
  error: string | null = null,
): Promise<void> {
  const status: Status = { ...begun, state, ended: new Date().toISOString(), error };
  await folder.writeJson('status.json', status);
}

/** What became of a run: what status.json says, and what its process left unsaid. */
export interface RunStatus extends Omit<Status, 'state'> {
  readonly state: RunState;
}

/** Of a damaged one the record cannot be read. */
export const RUN_STATES = [
  'running',
  'finished',
  'stopped',
  'failed',
  'interrupted',
  'damaged',
] as const;

export type RunState = (typeof RUN_STATES)[number];

/** `null` where there is no status.json: the run was ended as it began. @throws DamagedError */
export async function readStatus(folder: string): Promise<RunStatus | null> {
  const status = await readRecord<Status>(join(folder, 'status.json'), 'state');
  if (status === null) return null;
  if (status.state !== 'started') return { ...status, state: status.state };
  return { ...status, state: (await claimOwner(join(folder, LOCK))) ? 'running' : 'interrupted' };
}
