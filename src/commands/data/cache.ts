import { InputError } from '../../errors.ts';
import { columns } from '../../plan/table.ts';
import type { StoredEntry } from '../../storage/entry.ts';
import { openStore } from '../../storage/store.ts';

/**
 * `cifar-run data cache [list|clear]`: what was computed once and is kept for the next start, and how much of
 * it there may be; or removes what no process uses.
 */
export async function cacheCommand(action: string, { json }: { json?: boolean }): Promise<void> {
  const store = openStore();
  if (action !== 'list' && action !== 'clear')
    throw new InputError(`data cache: list or clear. Received: "${action}"`);
  const entries = action === 'list' ? await store.list() : await store.clear();
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const { folder, limit } = store;
  if (json) {
    const result = { folder, limit, bytes, [action === 'list' ? 'entries' : 'removed']: entries };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const all = `${megabytes(bytes)} of at most ${megabytes(limit)} MB in ${folder} (CIFAR_RUN_CACHE_SIZE, CIFAR_RUN_CACHE)`;
  const lines = action === 'list' ? [...table(entries), all] : [`removed ${megabytes(bytes)} MB`];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function table(entries: readonly StoredEntry[]): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ label, bytes, used, held }) => [
    label,
    megabytes(bytes),
    `${new Date(used).toISOString().slice(0, 16)}Z`,
    held ? 'in use' : '',
  ]);
  return columns([['kept', 'MB', 'last used', ''], ...rows], ['left', 'right', 'left', 'left']);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
