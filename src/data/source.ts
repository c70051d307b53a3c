import { join } from 'node:path';
import { cacheFolder } from '../cache.ts';
import { download, type Hash } from '../download.ts';
import type { LoadContext } from './dataset.ts';

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
  if (!/^https?:/i.test(source)) return source;
  const { hostname, pathname } = new URL(source);
  const to = join(cacheFolder(), 'data', hostname, decodeURIComponent(pathname));
  return download({ url: source, hash, to, report, signal });
}
