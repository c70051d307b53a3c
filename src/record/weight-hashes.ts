import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shardPaths } from '../model/weights/tfjs.ts';
import { hashFile } from '../storage/download.ts';

/**
 * SHA-256 of each file that a backbone's first weights came from, a tfjs model's shards included, by path.
 * @param path as `resolveWeights` gives it; `null` for random weights, which come from no file.
 */
export async function weightHashes(path: string | null): Promise<Record<string, string>> {
  if (path === null) return {};
  const shards = path.endsWith('.json') ? shardPaths(await readFile(path, 'utf8'), path) : [];
  const files = [path, ...shards.map((shard) => join(dirname(path), shard))];
  const hashes = files.map(async (file) => [file, await hashFile(file, 'sha256')] as const);
  return Object.fromEntries(await Promise.all(hashes));
}
