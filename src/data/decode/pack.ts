import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunError } from '../../common/errors.ts';
import { digestOf, FilePixels, MemoryPixels, type Pixels } from '../pixels.ts';
import type { DecodedFiles, Decoder } from './decode-files.ts';

/** Of the name of a image: what its file is. */
export const nameBytes = 16;
/** For each image: its name, SHA-256 of its pixels, width, height and damage of its file, and who decoded it. */
const layout = { name: 0, digest: 16, width: 48, height: 52, decoder: 56, damaged: 57, bytes: 64 };
const digestBytes = 32;
const decoders: readonly Decoder[] = ['sharp', 'engine'];

/** What is known of images beside their pixels. */
class Index {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get count(): number {
    return this.#bytes.length / layout.bytes;
  }

  /** Binary, a character for each byte. */
  name(i: number): string {
    const at = i * layout.bytes + layout.name;
    return this.#bytes.toString('latin1', at, at + nameBytes);
  }

  digest(i: number): Uint8Array {
    const at = i * layout.bytes + layout.digest;
    return this.#bytes.subarray(at, at + digestBytes);
  }

  /** As the file has them. */
  size(i: number): readonly [width: number, height: number] {
    const at = i * layout.bytes;
    const { width, height } = layout;
    return [this.#bytes.readUInt32LE(at + width), this.#bytes.readUInt32LE(at + height)];
  }

  damaged(i: number): boolean {
    return this.#bytes[i * layout.bytes + layout.damaged] === 1;
  }

  decoder(i: number): Decoder {
    return decoders[this.#bytes[i * layout.bytes + layout.decoder] as number] as Decoder;
  }
}

/** Images that were decoded together, and the index of them. */
export interface Pack {
  readonly pixels: Pixels;
  readonly index: Index;
}

const pixelsName = 'pixels.bin';
const indexName = 'index.bin';

/** @param stride Bytes of one image. */
export async function openPack(folder: string, stride: number): Promise<Pack> {
  const index = new Index(await readFile(join(folder, indexName)));
  const path = join(folder, pixelsName);
  return { pixels: new FilePixels(path, stride, (i) => index.digest(i)), index };
}

/** Adds images to a pack that is being made. */
export type AddToPack = (images: DecodedFiles) => Promise<void>;

/**
 * Makes a pack in a folder: what `fill` adds, in that order, is not held in memory.
 *
 * @param nameOf What the image of a path is found by; see `nameBytes`.
 * @returns how many images it has
 */
export async function writePack(
  folder: string,
  nameOf: (path: string) => string,
  fill: (add: AddToPack) => Promise<void>,
): Promise<number> {
  const records: Buffer[] = [];
  let count = 0;
  const file = await open(join(folder, pixelsName), 'wx');
  try {
    await fill(async (images) => {
      const position = (count * images.pixels.length) / images.files.length;
      count += images.files.length;
      records.push(recordsOf(images, nameOf));
      await write(file, images.pixels, position);
    });
    await file.sync();
  } finally {
    await file.close();
  }
  await writeFile(join(folder, indexName), Buffer.concat(records));
  return count;
}

/** The same in memory, where nothing can be kept. */
export async function packInMemory(
  stride: number,
  nameOf: (path: string) => string,
  fill: (add: AddToPack) => Promise<void>,
): Promise<Pack> {
  const records: Buffer[] = [];
  const pixels: Uint8Array[] = [];
  await fill(async (images) => {
    records.push(recordsOf(images, nameOf));
    pixels.push(images.pixels);
  });
  return {
    pixels: new MemoryPixels(Buffer.concat(pixels), stride),
    index: new Index(Buffer.concat(records)),
  };
}

function recordsOf({ decoder, files, pixels }: DecodedFiles, nameOf: (path: string) => string) {
  const stride = pixels.length / files.length;
  const records = Buffer.alloc(files.length * layout.bytes);
  files.forEach(({ path, width, height, damaged }, i) => {
    const at = i * layout.bytes;
    records.write(nameOf(path), at + layout.name, 'latin1');
    records.set(digestOf(pixels.subarray(i * stride, (i + 1) * stride)), at + layout.digest);
    records.writeUInt32LE(width, at + layout.width);
    records.writeUInt32LE(height, at + layout.height);
    records[at + layout.decoder] = decoders.indexOf(decoder);
    records[at + layout.damaged] = damaged ? 1 : 0;
  });
  return records;
}

async function write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  try {
    const { bytesWritten } = await file.write(bytes, 0, bytes.length, position);
    if (bytesWritten < bytes.length) throw new Error('the disk is full');
  } catch (error) {
    throw new RunError(
      `cannot keep decoded images: ${(error as Error).message}; CIFAR_RUN_CACHE names another folder`,
    );
  }
}
