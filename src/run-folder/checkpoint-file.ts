import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../common/files.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
} from '../model/weights/safetensors-bytes.ts';

const STATE = 'state.json';
const TENSORS = 'tensors.safetensors';
/** Small enough that training does not wait long for the hash of one. */
const CHUNK_BYTES = 4 * 2 ** 20;

/** What a checkpoint holds: JSON, in which numbers may be NaN or infinite, and tensors. */
export interface CheckpointContent<State> {
  readonly state: State;
  readonly tensors: readonly StoredTensor[];
}

/** Files and folder are on the disk when this resolves. */
export async function writeCheckpoint<State>(
  folder: string,
  { state, tensors }: CheckpointContent<State>,
): Promise<void> {
  await mkdir(folder);
  const sha256 = await writeHashed(join(folder, TENSORS), encodeSafetensors(tensors));
  const text = JSON.stringify({ state, tensors: sha256 }, write);
  await writeHashed(join(folder, STATE), [Buffer.from(`${hashOf(text)}\n${text}\n`)]);
  await syncFolder(folder);
}

/** @throws Error when a file is missing or is not what was written. */
export async function readCheckpoint<State>(folder: string): Promise<CheckpointContent<State>> {
  const [hash, text = ''] = (await readFile(join(folder, STATE), 'utf8')).split('\n');
  if (hash !== hashOf(text)) throw new Error(`${STATE} is damaged`);
  const { state, tensors } = JSON.parse(text, read) as { state: State; tensors: string };
  const bytes = await readFile(join(folder, TENSORS));
  if (hashOf(bytes) !== tensors) throw new Error(`${TENSORS} is damaged`);
  return { state, tensors: decodeSafetensors(bytes) };
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** SHA-256 of what was written. */
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

/** Many small pieces make one chunk, large ones several. */
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

/** JSON has no NaN and no infinity. */
const NOT_FINITE = '$notFinite';

function write(_key: string, value: unknown): unknown {
  const isNone = typeof value === 'number' && !Number.isFinite(value);
  return isNone ? { [NOT_FINITE]: String(value) } : value;
}

function read(_key: string, value: unknown): unknown {
  const isNone = typeof value === 'object' && value !== null && NOT_FINITE in value;
  return isNone ? Number(value[NOT_FINITE]) : value;
}
