import { readStatus } from '../record/status.ts';
import { runsOf } from './finished.ts';

/** Folder of the latest run of an identity that was interrupted or has failed; `null` if there is none. */
export async function unfinishedRun(id: string, runs: string): Promise<string | null> {
  for (const { path } of await runsOf(id, runs)) {
    const state = (await readStatus(path))?.state ?? 'interrupted';
    if (state === 'interrupted' || state === 'failed') return path;
  }
  return null;
}
