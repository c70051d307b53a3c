import { readFile, stat } from 'node:fs/promises';
import { mayLive, type ProcessName } from './process.ts';

/** A claim that was not touched for so long belongs to no living process, on whatever machine. */
const STALE_MS = 60_000;

/** The process that holds a claim; `null` where none does, or it is gone. */
export async function claimant(path: string): Promise<ProcessName | null> {
  const file = await stat(path).catch(() => null);
  if (!file || Date.now() - file.mtimeMs > STALE_MS) return null;
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as ProcessName;
    return mayLive(holder) ? holder : null;
  } catch {
    // Released by now, or cut off as its process died.
    return null;
  }
}
