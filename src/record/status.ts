import { hostname } from 'node:os';
import type { RunFolder } from './run-folder.ts';

/**
 * What status.json says. A run that neither finished nor failed is going on, or was interrupted if its
 * process is gone.
 */
export interface Status {
  readonly state: 'started' | 'finished' | 'failed';
  /** UTC, ISO 8601. */
  readonly started: string;
  readonly ended: string | null;
  /** What made it fail. */
  readonly error: string | null;
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
  error: string | null = null,
): Promise<void> {
  const status: Status = {
    ...begun,
    state: error === null ? 'finished' : 'failed',
    ended: new Date().toISOString(),
    error,
  };
  await folder.writeJson('status.json', status);
}
