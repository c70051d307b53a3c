import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { MiddlewareHandler } from 'hono';

/** What a server listens on. */
export interface Listening {
  /** The name or address that it was told to listen on. */
  readonly host: string;
}

/**
 * Turns away what no page of this server sends: whatever changes something, requests for other hosts, which
 * another site's name that leads here (DNS rebinding) would be, and requests of other sites' pages.
 */
export function guard(listening: Listening): MiddlewareHandler {
  return async (c, next) => {
    const { method } = c.req;
    if (method !== 'GET' && method !== 'HEAD')
      return c.text(`only GET and HEAD are answered. Received: ${method}\n`, 405, {
        Allow: 'GET, HEAD',
      });
    const host = c.req.header('Host') ?? '';
    if (!isOwn(host, listening))
      return c.text(`this server is not ${host || 'without a name'}; see --host\n`, 403);
    const origin = c.req.header('Origin');
    if (origin !== undefined && origin !== `http://${host}`)
      return c.text(`pages of ${origin} may not read from here\n`, 403);
    const isNavigation = c.req.header('Sec-Fetch-Mode') === 'navigate';
    if (c.req.header('Sec-Fetch-Site') === 'cross-site' && !isNavigation)
      return c.text('pages of other sites may not read from here\n', 403);
    return next();
  };
}

/**
 * Whether a Host header names this machine. The port does not matter: it may be forwarded, and rebinding needs
 * a name. Where only this machine can reach the server, only its own names will do.
 */
export function isOwn(host: string, listening: Listening): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host)?.[1]?.toLowerCase();
  if (!name) return false;
  const bare = name.replace(/^\[|\]$/g, '');
  if (bare === 'localhost' || bare === '::1' || /^127\.\d+\.\d+\.\d+$/.test(bare)) return true;
  if (isLoopback(listening.host)) return bare === listening.host;
  return isIP(bare) > 0 || bare === listening.host || bare === hostname().toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
