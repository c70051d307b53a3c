import { getProxyForUrl } from 'proxy-from-env';
import { requireOnline } from '../common/sandbox.ts';

/** A part of `fetch`'s options that Node and undici share. */
interface HttpOptions {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Address of a proxy; the default is the one that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` select. */
  readonly proxy?: string | undefined;
}

/** Like `fetch`, but through a proxy if one is set. Node's own `fetch` reads no such variables before Node 24. */
export async function httpGet(url: string, options: HttpOptions): Promise<Response> {
  requireOnline(url);
  const { proxy = getProxyForUrl(url), ...request } = options;
  if (!proxy) return fetch(url, request);
  const { default: undici } = await import('undici');
  const dispatcher = new undici.ProxyAgent({ uri: proxy, proxyTunnel: false });
  return (await undici.fetch(url, { ...request, dispatcher })) as unknown as Response;
}
