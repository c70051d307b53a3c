import type { StoredEntry } from '../cache/entry.ts';
import { openStore } from '../cache/store.ts';
import { alignColumns } from '../common/format.ts';

export interface CacheOptions {
  readonly json?: boolean;
}

/** `cifar-run data cache list`: lists the decoded images, features and restored datasets in the cache. */
export async function listCacheCommand({ json }: CacheOptions): Promise<void> {
  const store = openStore();
  const entries = await store.list();
  const { folder, limit } = store;
  const bytes = totalBytes(entries);
  const total = `${megabytes(bytes)} of at most ${megabytes(limit)} MB in ${folder} (CIFAR_RUN_CACHE_SIZE, CIFAR_RUN_CACHE)`;
  const lines = json
    ? [JSON.stringify({ folder, limit, bytes, entries }, null, 2)]
    : [...formatEntries(entries), total];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** `cifar-run data cache clear`: deletes the entries of the cache that no process uses. */
export async function clearCacheCommand({ json }: CacheOptions): Promise<void> {
  const store = openStore();
  const removed = await store.clear();
  const { folder, limit } = store;
  const bytes = totalBytes(removed);
  const text = json
    ? JSON.stringify({ folder, limit, bytes, removed }, null, 2)
    : `removed ${megabytes(bytes)} MB`;
  process.stdout.write(`${text}\n`);
}

function formatEntries(entries: readonly StoredEntry[]): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ label, bytes, used, held }) => [
    label,
    megabytes(bytes),
    `${new Date(used).toISOString().slice(0, 16)}Z`,
    held ? 'in use' : '',
  ]);
  return alignColumns(
    [['entry', 'MB', 'last used', ''], ...rows],
    ['left', 'right', 'left', 'left'],
  );
}

function totalBytes(entries: readonly StoredEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.bytes, 0);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
