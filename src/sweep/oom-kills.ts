import { readFileSync } from 'node:fs';

/**
 * How many processes Linux has ended so far because memory ran out, those of containers among them; `null` where
 * no one tells. It ends them by SIGKILL, as people do too.
 */
export function oomKills(): number | null {
  try {
    const [, kills] = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8')) ?? [];
    return kills === undefined ? null : Number(kills);
  } catch {
    return null;
  }
}
