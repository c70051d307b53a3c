import { type FileHandle, open, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { RunError } from '../common/errors.ts';
import { showCount } from '../common/format.ts';
import type { Download } from './download.ts';

const REPORT_EVERY_MS = 250;

/** A failure that another attempt may get over. */
export class Passing extends Error {}

export function partPath({ to }: Download): string {
  return `${to}.part`;
}

/** The file that says what `.part` is a part of. */
export function originPath({ to }: Download): string {
  return `${to}.part.json`;
}

/**
 * Asks for what `.part` lacks, or for everything where the server's file has changed or cannot be
 * had in parts, and writes it there.
 *
 * @throws Passing where it is worth asking again; RunError where it is not.
 */
export async function fetchRest(wanted: Download): Promise<void> {
  const { have, validator } = await soFar(wanted);
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have > 0) Object.assign(headers, { range: `bytes=${have}-`, 'if-range': validator });
  const response = await fetch(wanted.url, { headers, signal: wanted.signal }).catch((error) => {
    throw unreachable(wanted, error, have);
  });
  try {
    const range = contentRange(response);
    if (response.status === 416 && range.total === have) return;
    await checkStatus(wanted, response, have);
    const start = response.status === 206 ? have : 0;
    const total = response.status === 206 ? range.total : contentLength(response);
    await checkSpace(wanted, (total ?? 0) - start);
    const origin = { url: wanted.url, validator: validatorOf(response) };
    await writeFile(originPath(wanted), JSON.stringify(origin));
    await receive(wanted, response, { start, total });
  } finally {
    await response.body?.cancel().catch(() => {});
  }
}

export function failure(wanted: Download, reason: string): RunError {
  return new RunError(
    `cannot fetch ${wanted.url}: ${reason}. The file can also be put there by hand: ${wanted.to}`,
  );
}

/** Bytes of an earlier attempt, if the server gave something by which to tell that they still hold. */
async function soFar(wanted: Download): Promise<{ have: number; validator: string }> {
  try {
    const { url, validator } = JSON.parse(await readFile(originPath(wanted), 'utf8'));
    const { size } = await stat(partPath(wanted));
    if (url === wanted.url && typeof validator === 'string') return { have: size, validator };
  } catch {
    // Nothing there, or nothing that can be read: from the start.
  }
  return { have: 0, validator: '' };
}

/** What `If-Range` may carry: a strong entity tag, or else the date (RFC 9110, 13.1.5). */
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
  const said = `the server answered ${status} ${statusText}`.trimEnd();
  if (status === 200 || (status === 206 && contentRange(response).start === have)) return;
  if (status === 206 || status === 416) {
    await rm(partPath(wanted), { force: true });
    throw new Passing(`${said} and not the rest of the file`);
  }
  if (status === 408 || status === 429 || status >= 500) throw new Passing(said);
  throw failure(wanted, said);
}

async function checkSpace(wanted: Download, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(wanted.to));
  if (bytes <= bavail * bsize) return;
  throw failure(
    wanted,
    `it takes ${megabytes(bytes)} MB, and ${dirname(wanted.to)} has room for ${megabytes(bavail * bsize)} MB`,
  );
}

interface Extent {
  /** Bytes that `.part` keeps. */
  readonly start: number;
  /** Bytes of the whole file, where the server says. */
  readonly total: number | null;
}

async function receive(
  wanted: Download,
  response: Response,
  { start, total }: Extent,
): Promise<void> {
  const file = await open(partPath(wanted), start > 0 ? 'a' : 'w');
  let at = start;
  let reportAt = 0;
  try {
    for await (const chunk of chunks(response)) {
      await write(wanted, file, chunk);
      at += chunk.length;
      if (Date.now() < reportAt) continue;
      reportAt = Date.now() + REPORT_EVERY_MS;
      const of = total === null ? '' : ` of ${megabytes(total)}`;
      wanted.report(`${basename(wanted.to)}: ${megabytes(at)}${of} MB`);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function* chunks(response: Response): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? [];
  } catch (error) {
    throw new Passing(`the server broke off (${reasonOf(error)})`);
  }
}

async function write(wanted: Download, file: FileHandle, chunk: Uint8Array): Promise<void> {
  try {
    await file.writeFile(chunk);
  } catch (error) {
    throw failure(wanted, `cannot write ${partPath(wanted)}: ${(error as Error).message}`);
  }
}

/** Nobody there at the first word is final; gone in the midst of it may pass. */
function unreachable(wanted: Download, error: unknown, have: number): Error {
  const reason = `the server cannot be reached (${reasonOf(error)})`;
  return have > 0 ? new Passing(reason) : failure(wanted, reason);
}

/** `fetch failed` and `terminated` say nothing; their causes do. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  return cause.message || (cause as NodeJS.ErrnoException).code || message;
}

function megabytes(bytes: number): string {
  return showCount(Number((bytes / 1e6).toFixed(1)));
}
