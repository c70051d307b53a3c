import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile, syncFolder } from '../common/files.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
} from '../model/weights/safetensors.ts';
import { requireFormat } from './run-file.ts';

/*
 * One checkpoint: a folder with tensors.safetensors, and state.json, whose first line is the SHA-256 of its second
 * line, which has the SHA-256 of the tensors.
 */

const FORMAT = 1;
const STATE = 'state.json';
const TENSORS = 'tensors.safetensors';
/** A state has a few kilobytes for each phase. */
const MAX_STATE_BYTES = 2 ** 25;
/** Small enough that hashing a chunk does not delay training noticeably. */
const CHUNK_BYTES = 4 * 2 ** 20;

/** The content of a checkpoint: tensors, and JSON in which numbers may be NaN or infinite. */
export interface CheckpointContent<State> {
  readonly state: State;
  readonly tensors: readonly StoredTensor[];
}

/** Writes a checkpoint; its files are on the disk when the promise resolves. */
export async function writeCheckpoint<State>(
  folder: string,
  { state, tensors }: CheckpointContent<State>,
): Promise<void> {
  await mkdir(folder);
  const sha256 = await writeHashed(join(folder, TENSORS), encodeSafetensors(tensors));
  const text = JSON.stringify({ formatVersion: FORMAT, state, tensors: sha256 }, encodeNumber);
  await writeHashed(join(folder, STATE), [Buffer.from(`${hashOf(text)}\n${text}\n`)]);
  await syncFolder(folder);
}

/** @throws Error if a file is missing or damaged; LaterFormatError if a later version wrote it. */
export async function readCheckpoint<State>(folder: string): Promise<CheckpointContent<State>> {
  const path = join(folder, STATE);
  const [hash, text = ''] = (await readRegularFile(path, MAX_STATE_BYTES)).toString().split('\n');
  if (hash !== hashOf(text)) throw new Error(`${STATE} is damaged`);
  const { formatVersion, state, tensors } = JSON.parse(text, decodeNumber);
  requireFormat(path, formatVersion, FORMAT);
  const bytes = await readRegularFile(join(folder, TENSORS), Number.POSITIVE_INFINITY);
  if (hashOf(bytes) !== tensors) throw new Error(`${TENSORS} is damaged`);
  return { state, tensors: decodeSafetensors(bytes) };
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Writes a file and returns the SHA-256 of its content. */
async function writeHashed(path: string, pieces: readonly Buffer[]): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for (const chunk of chunks(pieces)) {
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Joins small pieces and cuts large ones. */
function* chunks(pieces: readonly Buffer[]): Generator<Buffer> {
  let small: Buffer[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    if (bytes + piece.length > CHUNK_BYTES) {
      yield Buffer.concat(small);
      small = [];
      bytes = 0;
    }
    if (piece.length > CHUNK_BYTES) {
      for (let at = 0; at < piece.length; at += CHUNK_BYTES)
        yield piece.subarray(at, at + CHUNK_BYTES);
      continue;
    }
    small.push(piece);
    bytes += piece.length;
  }
  yield Buffer.concat(small);
}

/** The key of a number that JSON cannot express. */
const NOT_FINITE = '$notFinite';

function encodeNumber(_key: string, value: unknown): unknown {
  const isNotFinite = typeof value === 'number' && !Number.isFinite(value);
  return isNotFinite ? { [NOT_FINITE]: String(value) } : value;
}

function decodeNumber(_key: string, value: unknown): unknown {
  const isNotFinite = typeof value === 'object' && value !== null && NOT_FINITE in value;
  return isNotFinite ? Number(value[NOT_FINITE]) : value;
}
