import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { entriesWithin } from '../../common/files.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.yaml': 'text/plain; charset=utf-8',
};

/** A file of a folder, or of one within it; `null` for what is none, and for all that lies outside. */
export async function fileWithin(folder: string, path: string): Promise<string | null> {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part)))
    return null;
  const found = await realPathWithin(folder, join(folder, ...parts));
  const file = found === null ? null : await stat(found).catch(() => null);
  return file?.isFile() ? found : null;
}

/** Whether a link in a run's folder leads out of the folder of runs: such a run is not read. */
export async function leadsOutside(run: string, runs: string): Promise<boolean> {
  const links = (await entriesWithin(run)).filter((entry) => entry.isSymbolicLink());
  const targets = links.map(({ parentPath, name }) => realPathWithin(runs, join(parentPath, name)));
  return (await Promise.all(targets)).includes(null);
}

/** Sends a file; one that the browser has already is not sent again. */
export async function sendFile(path: string, request: Request): Promise<Response> {
  const { size, mtimeMs } = await stat(path);
  const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Length': String(size),
    'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
    ETag: etag,
  };
  if (request.headers.get('If-None-Match') === etag)
    return new Response(null, { status: 304, headers: { ETag: etag } });
  if (request.method === 'HEAD') return new Response(null, { headers });
  return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, { headers });
}

async function realPathWithin(folder: string, path: string): Promise<string | null> {
  const [root, real] = await Promise.all([realpath(folder), realpath(path).catch(() => null)]);
  return real?.startsWith(root.endsWith(sep) ? root : `${root}${sep}`) ? real : null;
}
