import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunError } from '../../common/errors.ts';
import { FilePixels, MemoryPixels, type Pixels, sha256 } from '../pixels.ts';
import type { DecodedFiles, Decoder } from './decode-files.ts';

const PIXELS_FILE = 'pixels.bin';
const INDEX_FILE = 'index.bin';

/** Bytes of the key that identifies an image's file. */
export const KEY_BYTES = 16;
const DIGEST_BYTES = 32;
/** Offsets within a record of the index. A record describes one image; the digest is of its pixels. */
const RECORD = { key: 0, digest: 16, width: 48, height: 52, decoder: 56, damaged: 57, bytes: 64 };
const DECODERS: readonly Decoder[] = ['sharp', 'engine'];

/** Images that were decoded together, with an index. */
export interface Pack {
  readonly pixels: Pixels;
  readonly index: PackIndex;
}

/** Adds images to a pack that is being written. */
export type AddToPack = (images: DecodedFiles) => Promise<void>;

/** @param stride Bytes of one image. */
export async function openPack(folder: string, stride: number): Promise<Pack> {
  const index = new PackIndex(await readFile(join(folder, INDEX_FILE)));
  const path = join(folder, PIXELS_FILE);
  return { pixels: new FilePixels(path, stride, (i) => index.digest(i)), index };
}

/**
 * Writes a pack into a folder. Pixels go to disk as `fill` adds them.
 *
 * @param keyOf Returns the key of the file at a path.
 * @returns the number of images.
 */
export async function writePack(
  folder: string,
  keyOf: (path: string) => string,
  fill: (add: AddToPack) => Promise<void>,
): Promise<number> {
  const records: Buffer[] = [];
  let count = 0;
  const file = await open(join(folder, PIXELS_FILE), 'wx');
  try {
    await fill(async (images) => {
      const position = (count * images.pixels.length) / images.files.length;
      count += images.files.length;
      records.push(recordsOf(images, keyOf));
      await write(file, images.pixels, position);
    });
    await file.sync();
  } finally {
    await file.close();
  }
  await writeFile(join(folder, INDEX_FILE), Buffer.concat(records));
  return count;
}

/** Returns a pack in memory, for a cache that cannot be written. */
export async function packInMemory(
  stride: number,
  keyOf: (path: string) => string,
  fill: (add: AddToPack) => Promise<void>,
): Promise<Pack> {
  const records: Buffer[] = [];
  const pixels: Uint8Array[] = [];
  await fill(async (images) => {
    records.push(recordsOf(images, keyOf));
    pixels.push(images.pixels);
  });
  return {
    pixels: new MemoryPixels(Buffer.concat(pixels), stride),
    index: new PackIndex(Buffer.concat(records)),
  };
}

/** The records of a pack's images. */
class PackIndex {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get count(): number {
    return this.#bytes.length / RECORD.bytes;
  }

  /** Returns the key of an image's file as a binary string, one character for each byte. */
  key(i: number): string {
    const at = i * RECORD.bytes + RECORD.key;
    return this.#bytes.toString('latin1', at, at + KEY_BYTES);
  }

  digest(i: number): Uint8Array {
    const at = i * RECORD.bytes + RECORD.digest;
    return this.#bytes.subarray(at, at + DIGEST_BYTES);
  }

  originalSize(i: number): readonly [width: number, height: number] {
    const at = i * RECORD.bytes;
    return [
      this.#bytes.readUInt32LE(at + RECORD.width),
      this.#bytes.readUInt32LE(at + RECORD.height),
    ];
  }

  isDamaged(i: number): boolean {
    return this.#bytes[i * RECORD.bytes + RECORD.damaged] === 1;
  }

  decoder(i: number): Decoder {
    return DECODERS[this.#bytes[i * RECORD.bytes + RECORD.decoder] as number] as Decoder;
  }
}

function recordsOf({ decoder, files, pixels }: DecodedFiles, keyOf: (path: string) => string) {
  const stride = pixels.length / files.length;
  const records = Buffer.alloc(files.length * RECORD.bytes);
  files.forEach(({ path, width, height, damaged }, i) => {
    const at = i * RECORD.bytes;
    records.write(keyOf(path), at + RECORD.key, 'latin1');
    records.set(sha256(pixels.subarray(i * stride, (i + 1) * stride)), at + RECORD.digest);
    records.writeUInt32LE(width, at + RECORD.width);
    records.writeUInt32LE(height, at + RECORD.height);
    records[at + RECORD.decoder] = DECODERS.indexOf(decoder);
    records[at + RECORD.damaged] = damaged ? 1 : 0;
  });
  return records;
}

async function write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  try {
    const { bytesWritten } = await file.write(bytes, 0, bytes.length, position);
    if (bytesWritten < bytes.length) throw new Error('the disk is full');
  } catch (error) {
    throw new RunError(
      `cannot cache decoded images: ${(error as Error).message}; set CIFAR_RUN_CACHE to another folder`,
    );
  }
}
