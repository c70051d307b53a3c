import { join } from 'node:path';
import { RunError } from '../../common/errors.ts';
import { download, reasonOf } from '../download.ts';
import { httpGet } from '../http.ts';
import { readPipSettings } from './pip-settings.ts';
import { PYTHON, type Wheel } from './wheel.ts';

interface WheelDownload {
  readonly wheel: Wheel;
  /** Folder of the file. An incomplete one stays there, and the next download continues it. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Receives failed attempts. */
  readonly report: (message: string) => void;
  /** Receives the number of bytes that have arrived. */
  readonly onProgress: (received: number) => void;
}

/**
 * Downloads a wheel without pip, from the package index and through the proxy that pip would use, and verifies its hash.
 *
 * @returns the path of the file
 * @throws RunError if no index has the file, or if it cannot be downloaded; the reason of the signal if it is aborted.
 */
export async function downloadWheel(wanted: WheelDownload): Promise<string> {
  const { wheel, to, ...progress } = wanted;
  const { signal } = progress;
  const { indexes, proxy } = readPipSettings();
  const refusals: string[] = [];
  for (const address of indexes) {
    const index = withoutCredentials(address);
    const listing = await readListing(index, wheel, { proxy, signal });
    if (typeof listing === 'string') {
      refusals.push(`${index.url} ${listing}`);
      continue;
    }
    const file = listing.find((candidate) => isWheel(candidate, wheel));
    if (file) {
      const hash = `sha256:${wheel.sha256}` as const;
      const request = requestOf(file, index);
      return download({ ...request, proxy, hash, to: join(to, file.name), ...progress });
    }
    refusals.push(`${index.url} does not have this file`);
  }
  throw new RunError(
    `no package index has ${wheel.requirement} for ${wheel.platform} with the SHA-256 ${wheel.sha256}: ` +
      `${refusals.join('; ')}. PIP_INDEX_URL or pip's configuration file sets another index, HTTPS_PROXY a proxy`,
  );
}

interface Request {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** `fetch` refuses addresses with a user and a password, and messages must not show them. */
function withoutCredentials(address: string): Request {
  const url = new URL(address);
  const { username, password } = url;
  if (!username && !password) return { url: url.href, headers: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
  };
}

/** The credentials of an index are for its own host only. */
function requestOf(file: IndexedFile, index: Request): Request {
  const isSameHost = new URL(file.url).host === new URL(index.url).host;
  return isSameHost ? { url: file.url, headers: index.headers } : withoutCredentials(file.url);
}

interface IndexedFile {
  readonly name: string;
  readonly url: string;
  /** `null` if the index does not tell. */
  readonly sha256: string | null;
}

/**
 * Lists the files of a project in an index: JSON, or the older HTML.
 * Source: https://packaging.python.org/en/latest/specifications/simple-repository-api/
 *
 * @returns why the index has no list, if it has none
 */
async function readListing(
  { url, headers }: Request,
  { requirement }: Wheel,
  request: { readonly proxy: string | undefined; readonly signal: AbortSignal },
): Promise<IndexedFile[] | string> {
  const project = requirement.split('==', 1)[0];
  const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.2';
  try {
    const response = await httpGet(`${url.replace(/\/*$/, '')}/${project}/`, {
      ...request,
      headers: { ...headers, accept },
    });
    const text = await response.text();
    if (!response.ok) return `answered ${response.status} ${response.statusText}`.trimEnd();
    const isJson = response.headers.get('content-type')?.includes('json');
    return isJson ? parseJson(text, response.url) : parseHtml(text, response.url);
  } catch (error) {
    request.signal.throwIfAborted();
    return `cannot be read (${reasonOf(error)})`;
  }
}

function parseJson(text: string, base: string): IndexedFile[] {
  const { files } = JSON.parse(text) as {
    files: { filename: string; url: string; hashes?: { sha256?: string } }[];
  };
  return files.map(({ filename, url, hashes }) => {
    return { name: filename, url: new URL(url, base).href, sha256: hashes?.sha256 ?? null };
  });
}

function parseHtml(text: string, base: string): IndexedFile[] {
  const links = text.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']+)["']/gi);
  return [...links].map(([, href = '']) => {
    const url = new URL(href.replaceAll('&amp;', '&'), base);
    const sha256 = /sha256=([0-9a-f]{64})/.exec(url.hash)?.[1] ?? null;
    url.hash = '';
    const name = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
    return { name, url: url.href, sha256 };
  });
}

/** Without a hash the name decides, and the download compares the hash. */
function isWheel({ name, sha256 }: IndexedFile, wheel: Wheel): boolean {
  if (sha256 !== null) return sha256 === wheel.sha256;
  const [project = '', version] = wheel.requirement.split('==');
  const [named, ofVersion, pythons = '', , platforms = ''] = name.replace(/\.whl$/, '').split('-');
  return (
    named?.toLowerCase() === project.replaceAll('-', '_') &&
    ofVersion === version &&
    pythons.split('.').some((python) => python === 'py3' || python === PYTHON.abi) &&
    platforms.split('.').includes(wheel.platform)
  );
}
