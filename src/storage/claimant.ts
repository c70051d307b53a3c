import { readFile, stat } from 'node:fs/promises';
import { isAlive, type ProcessName } from './process.ts';

/** Where it cannot be told whether a process lives, it does not when its claim was not touched for so long. */
const STALE_MS = 60_000;

/** The process that holds a claim, also one that stands still, as after Ctrl-Z; `null` where none does, or it is gone. */
export async function claimant(path: string): Promise<ProcessName | null> {
  const file = await stat(path).catch(() => null);
  if (!file) return null;
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as ProcessName;
    const isFresh = Date.now() - file.mtimeMs <= STALE_MS;
    return (isAlive(holder) ?? isFresh) ? holder : null;
  } catch {
    // Released by now, or cut off as its process died.
    return null;
  }
}
