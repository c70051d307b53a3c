import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { MiddlewareHandler } from 'hono';
import { listEntries } from '../../common/files.ts';

// Access control: the requests that the server accepts, and the files that it sends.

/**
 * Rejects every request that no page of this server sends: methods that change something, other hosts (a name of another
 * site that resolves to this server: DNS rebinding), and requests from pages of other sites.
 * @param listenHost the name or address on which the server listens
 */
export function guard(listenHost: string): MiddlewareHandler {
  return async (c, next) => {
    const { method } = c.req;
    if (method !== 'GET' && method !== 'HEAD')
      return c.text(`only GET and HEAD are allowed. Received: ${method}\n`, 405, {
        Allow: 'GET, HEAD',
      });
    const host = c.req.header('Host') ?? '';
    if (!isOwnHost(host, listenHost))
      return c.text(`this server has no such host; see --host. Received: ${host || 'none'}\n`, 403);
    const origin = c.req.header('Origin');
    if (origin !== undefined && origin !== `http://${host}`)
      return c.text(`requests from pages of ${origin} are not allowed\n`, 403);
    const isNavigation = c.req.header('Sec-Fetch-Mode') === 'navigate';
    if (c.req.header('Sec-Fetch-Site') === 'cross-site' && !isNavigation)
      return c.text('requests from pages of other sites are not allowed\n', 403);
    return next();
  };
}

/**
 * Returns true if a Host header names this server. Any port is valid: it may be forwarded, and DNS rebinding needs a
 * name. A server that only this machine can reach has only the names of the loopback interface.
 */
export function isOwnHost(header: string, listenHost: string): boolean {
  const bracketed = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(header)?.[1]?.toLowerCase();
  if (!bracketed) return false;
  const name = bracketed.replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name)) return true;
  if (isLoopback(listenHost)) return name === listenHost;
  return isIP(name) > 0 || name === listenHost || name === hostname().toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** The real path of a file in a folder or below it; `null` if there is none, or it lies outside the folder. */
export async function fileWithin(folder: string, path: string): Promise<string | null> {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part)))
    return null;
  const found = await realPathWithin(folder, join(folder, ...parts));
  const file = found === null ? null : await stat(found).catch(() => null);
  return file?.isFile() ? found : null;
}

/** Returns true if a run's folder contains a symbolic link to something outside the folder of all runs. */
export async function linksOutside(run: string, runs: string): Promise<boolean> {
  const links = (await listEntries(run)).filter((entry) => entry.isSymbolicLink());
  const targets = links.map(({ parentPath, name }) => realPathWithin(runs, join(parentPath, name)));
  return (await Promise.all(targets)).includes(null);
}

async function realPathWithin(folder: string, path: string): Promise<string | null> {
  const [root, real] = await Promise.all([realpath(folder), realpath(path).catch(() => null)]);
  return real?.startsWith(root.endsWith(sep) ? root : `${root}${sep}`) ? real : null;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
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

/** Sends a file, or status 304 if the browser's copy is up to date. */
export async function sendFile(path: string, request: Request): Promise<Response> {
  const { size, mtimeMs } = await stat(path);
  const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Length': String(size),
    'Content-Type': CONTENT_TYPES[extname(path)] ?? 'application/octet-stream',
    ETag: etag,
  };
  if (request.headers.get('If-None-Match') === etag)
    return new Response(null, { status: 304, headers: { ETag: etag } });
  if (request.method === 'HEAD') return new Response(null, { headers });
  return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, { headers });
}
