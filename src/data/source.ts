import { join } from 'node:path';
import type { Hash } from '../cache/download.ts';
import type { LoadContext } from './dataset.ts';

export function isUrl(source: string): boolean {
  return /^https?:/i.test(source);
}

/**
 * Path of the files that `source` names: itself, or, of a URL, the copy that is kept in the cache.
 *
 * @param hash What the file at a URL must hash to; `null` where nobody has published it.
 */
export async function localSource(
  source: string,
  hash: Hash | null,
  { report, signal }: LoadContext,
): Promise<string> {
  if (!isUrl(source)) return source;
  const [{ cacheFolder }, { download }] = await Promise.all([
    import('../cache/cache-folder.ts'),
    import('../cache/download.ts'),
  ]);
  const { hostname, pathname } = new URL(source);
  const to = join(cacheFolder(), 'data', hostname, decodeURIComponent(pathname));
  return download({ url: source, hash, to, report, signal });
}
