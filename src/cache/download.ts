import { type FileHandle, mkdir, open, readFile, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunError } from '../common/errors.ts';
import { remove, rename } from '../common/files.ts';
import { formatCount } from '../common/format.ts';
import { withLock } from '../common/lock.ts';
import { requireOnline } from '../common/sandbox.ts';
import { type Hash, hashFile } from './hash.ts';
import { httpGet } from './http.ts';

/** A time-out for a server whose files can be had elsewhere too. */
export const SHORT_TIMEOUT_MS = 5_000;

export interface Download {
  readonly url: string;
  /** The expected hash of the file; `null` if none is published. */
  readonly hash: Hash | null;
  /** Path of the complete file. An incomplete one is `.part` beside it. */
  readonly to: string;
  /** Gives up if the server sends nothing for this time; absent: the time of `fetch`, up to five minutes. */
  readonly timeoutMs?: number;
  /** Receives failed attempts, and the progress a few times a second. */
  readonly report: (message: string) => void;
  /** Receives the progress as bytes instead. */
  readonly onProgress?: (received: number) => void;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of a proxy; the default is that of the environment. */
  readonly proxy?: string | undefined;
}

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;
const REPORT_EVERY_MS = 250;

/** A failure that another attempt may solve. */
class TransientError extends Error {}

/**
 * Downloads a file unless it exists. After a failed transfer the next attempt, also of a later process, requests the
 * missing rest only. If several processes request the same file, one downloads it and the others wait.
 *
 * @returns `to`
 * @throws RunError if the file cannot be downloaded or has another hash; InputError with `--offline`; the reason of the signal if it is aborted.
 */
export async function download(wanted: Download): Promise<string> {
  if (await isComplete(wanted)) return wanted.to;
  requireOnline(wanted.url);
  await mkdir(dirname(wanted.to), { recursive: true });
  const onWait = () => wanted.report(`another process is downloading ${wanted.to}; waiting for it`);
  return withLock(wanted.to, { onWait, signal: wanted.signal }, async () => {
    if (await isComplete(wanted)) return wanted.to;
    await fetchWithRetries(wanted);
    await verifyHash(wanted);
    await rename(partPath(wanted), wanted.to);
    await remove(originPath(wanted));
    return wanted.to;
  });
}

function partPath({ to }: Download): string {
  return `${to}.part`;
}

/** The file beside `.part` that records the URL and version of the partial content. */
function originPath({ to }: Download): string {
  return `${to}.part.json`;
}

async function isComplete({ to, hash, report }: Download): Promise<boolean> {
  if (!(await stat(to).catch(() => null))) return false;
  if (hash === null || (await hashLike(hash, to)) === hash) return true;
  report(`${to} does not have the expected hash ${hash}; downloading it again`);
  return false;
}

async function verifyHash(wanted: Download): Promise<void> {
  const { hash } = wanted;
  if (hash === null) return;
  const received = await hashLike(hash, partPath(wanted));
  if (received === hash) return;
  await remove(partPath(wanted));
  throw downloadError(
    wanted,
    `the downloaded file has the hash ${received}, and should have ${hash}; it was deleted`,
  );
}

/** Hashes a file with the algorithm of another hash. */
function hashLike(hash: Hash, path: string): Promise<string> {
  return hashFile(path, hash.slice(0, hash.indexOf(':')));
}

async function fetchWithRetries(wanted: Download): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    wanted.signal.throwIfAborted();
    try {
      return await fetchRest(wanted);
    } catch (error) {
      wanted.signal.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      if (attempt === ATTEMPTS) {
        throw downloadError(wanted, `${error.message}, in ${ATTEMPTS} attempts`);
      }
      wanted.report(`${error.message}; retrying`);
      const { signal } = wanted;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), null, { signal }).catch(() => {});
    }
  }
}

/**
 * Appends the missing rest to `.part`. Downloads the whole file if it has changed on the server, or if the server
 * does not support ranges.
 *
 * @throws TransientError if a retry may help, else RunError.
 */
async function fetchRest(wanted: Download): Promise<void> {
  const { have, validator } = await readProgress(wanted);
  const { url, proxy } = wanted;
  const headers = { ...wanted.headers, 'accept-encoding': 'identity' };
  if (have > 0) Object.assign(headers, { range: `bytes=${have}-`, 'if-range': validator });
  const silence = new Silence(wanted);
  const { signal } = silence;
  const response = await httpGet(url, { headers, proxy, signal }).catch((error) => {
    silence.end();
    throw connectionError(wanted, error, have);
  });
  const chunks = silence.watch(readAhead(response));
  try {
    const range = contentRange(response);
    if (response.status === 416 && range.total === have) return;
    await checkStatus(wanted, response, have);
    const start = response.status === 206 ? have : 0;
    const total = response.status === 206 ? range.total : contentLength(response);
    await checkDiskSpace(wanted, (total ?? 0) - start);
    const origin = { url: wanted.url, validator: validatorOf(response) };
    await writeFile(originPath(wanted), JSON.stringify(origin));
    await receive(wanted, chunks, { start, total });
  } finally {
    silence.end();
  }
}

/** Aborts a request when the server has sent nothing for the time-out of a download. */
class Silence {
  readonly signal: AbortSignal;
  readonly #request = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor({ signal, timeoutMs }: Download) {
    this.signal = AbortSignal.any([signal, this.#request.signal]);
    if (timeoutMs === undefined) return;
    const error = new Error(`no answer in ${timeoutMs / 1000} s`);
    this.#timer = setTimeout(() => this.#request.abort(error), timeoutMs);
  }

  /** Passes chunks on. Each one ends a silence. */
  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#timer?.refresh();
      yield chunk;
    }
  }

  /** Ends the request, of which the rest may not be wanted. */
  end(): void {
    clearTimeout(this.#timer);
    this.#request.abort();
  }
}

/** Returns the size of an earlier part, if the server can tell whether it is still valid. */
async function readProgress(wanted: Download): Promise<{ have: number; validator: string }> {
  try {
    const { url, validator } = JSON.parse(await readFile(originPath(wanted), 'utf8'));
    const { size } = await stat(partPath(wanted));
    if (url === wanted.url && typeof validator === 'string') return { have: size, validator };
  } catch {
    // A missing or damaged part is downloaded from the start.
  }
  return { have: 0, validator: '' };
}

/** The value for `If-Range`: a strong entity tag, else the date (RFC 9110, 13.1.5). */
function validatorOf({ headers }: Response): string | null {
  const tag = headers.get('etag');
  return tag && !tag.startsWith('W/') ? tag : headers.get('last-modified');
}

function contentLength({ headers }: Response): number | null {
  const length = headers.get('content-length');
  return length === null ? null : Number(length);
}

function contentRange({ headers }: Response): { start: number | null; total: number | null } {
  const [, start, total] = headers.get('content-range')?.match(/(?:(\d+)-\d+|\*)\/(\d+)/) ?? [];
  return { start: start ? Number(start) : null, total: total ? Number(total) : null };
}

async function checkStatus(wanted: Download, response: Response, have: number): Promise<void> {
  const { status, statusText } = response;
  const received = `the server answered ${status} ${statusText}`.trimEnd();
  if (status === 200 || (status === 206 && contentRange(response).start === have)) return;
  if (status === 206 || status === 416) {
    await remove(partPath(wanted));
    throw new TransientError(`${received} instead of the rest of the file`);
  }
  if (status === 408 || status === 429 || status >= 500) throw new TransientError(received);
  throw downloadError(wanted, received);
}

async function checkDiskSpace(wanted: Download, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(wanted.to));
  if (bytes <= bavail * bsize) return;
  throw downloadError(
    wanted,
    `it takes ${megabytes(bytes)} MB, and ${dirname(wanted.to)} has ${megabytes(bavail * bsize)} MB free`,
  );
}

interface Extent {
  /** Bytes of `.part` that are kept. */
  readonly start: number;
  /** Bytes of the whole file; `null` if the server does not tell. */
  readonly total: number | null;
}

async function receive(
  wanted: Download,
  received: AsyncIterable<Uint8Array>,
  { start, total }: Extent,
): Promise<void> {
  const file = await open(partPath(wanted), start > 0 ? 'a' : 'w');
  let size = start;
  let reportAt = 0;
  try {
    for await (const chunk of received) {
      await write(wanted, file, chunk);
      size += chunk.length;
      if (Date.now() < reportAt) continue;
      reportAt = Date.now() + REPORT_EVERY_MS;
      reportProgress(wanted, size, total);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function reportProgress(wanted: Download, received: number, total: number | null): void {
  const ofTotal = total === null ? '' : ` of ${megabytes(total)}`;
  if (wanted.onProgress) wanted.onProgress(received);
  else wanted.report(`${basename(wanted.to)}: ${megabytes(received)}${ofTotal} MB`);
}

/** Chunks that are kept in memory while earlier ones are written. */
const AHEAD = new CountQueuingStrategy({ highWaterMark: 64 });

/** Starts to read a body: it drops what nobody has read when the connection ends. */
function readAhead({ body }: Response): AsyncIterable<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({}, undefined, AHEAD);
  const piping = body?.pipeTo(writable, { preventAbort: true, preventClose: true });
  const ended = Promise.resolve(piping).then(
    () => null,
    (error: unknown) => new TransientError(`the server closed the connection (${reasonOf(error)})`),
  );
  ended.then(() => writable.close()).catch(() => {});
  return (async function* () {
    yield* readable;
    const failure = await ended;
    if (failure) throw failure;
  })();
}

async function write(wanted: Download, file: FileHandle, chunk: Uint8Array): Promise<void> {
  try {
    await file.writeFile(chunk);
  } catch (error) {
    throw downloadError(wanted, `cannot write ${partPath(wanted)}: ${(error as Error).message}`);
  }
}

/** A refused first connection is fatal; after a partial download it is transient. */
function connectionError(wanted: Download, error: unknown, have: number): Error {
  const reason = `cannot connect to the server (${reasonOf(error)})`;
  return have > 0 ? new TransientError(reason) : downloadError(wanted, reason);
}

/** The messages of fetch (`fetch failed`, `terminated`) are general; the last of their causes is specific. */
export function reasonOf(error: unknown): string {
  const { message, cause, code = '' } = error as NodeJS.ErrnoException;
  if (cause instanceof Error) return reasonOf(cause);
  const advice = /CERT|ISSUER/.test(code)
    ? '; NODE_EXTRA_CA_CERTS names a file with the certificates of your network'
    : '';
  return (message || code) + advice;
}

function downloadError(wanted: Download, reason: string): RunError {
  return new RunError(
    `cannot download ${wanted.url}: ${reason}. You can also save the file yourself as ${wanted.to}`,
  );
}

function megabytes(bytes: number): string {
  return formatCount(Number((bytes / 1e6).toFixed(1)));
}
