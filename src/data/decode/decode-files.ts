import { availableParallelism } from 'node:os';
import type { JpegDecoder } from '../../engine/engine.ts';
import type { LoadContext } from '../dataset.ts';
import type { FileTree } from '../files/tree.ts';
import { plainJpeg } from './jpeg-header.ts';

/** So many images at once keep all cores busy. */
const concurrency = 2 * availableParallelism();
/** So many JPEGs are handed to the engine at once. */
const batchSize = 256;
const reportEvery = 1000;

/** Who decoded a image. */
export type Decoder = 'sharp' | 'engine';

export interface DecodedFile {
  readonly path: string;
  /** As the file has them, upright. */
  readonly width: number;
  readonly height: number;
  /** Whether its data are known to be damaged, which only sharp tells. */
  readonly damaged: boolean;
}

/** Some images, one after another. */
export interface DecodedFiles {
  readonly decoder: Decoder;
  readonly files: readonly DecodedFile[];
  /** NHWC. */
  readonly pixels: Uint8Array;
}

export interface FileDecoding extends Pick<LoadContext, 'imageShape' | 'signal' | 'report'> {
  readonly tree: FileTree;
  readonly paths: ReadonlySet<string>;
  /** What reads plain JPEGs of the size wanted; `null`: sharp reads all. */
  readonly jpegs: JpegDecoder | null;
  readonly onDecoded: (images: DecodedFiles) => Promise<void>;
  readonly onBroken: (path: string, reason: string) => void;
}

interface OpenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Decodes image files, in whatever order. A file's header alone decides who decodes it: the engine takes
 * JPEGs of the size wanted that hold nothing but pixels, and gives the bytes that sharp would; sharp takes all
 * others, and those that the engine refuses. Both show of damaged data what libjpeg makes of them, but sharp
 * alone tells of it.
 */
export async function decodeFiles(decoding: FileDecoding): Promise<void> {
  const { tree, paths, imageShape, jpegs, signal, report, onBroken } = decoding;
  const missing = new Set(paths);
  const atWork = new AtWork(concurrency);
  let batch: OpenFile[] = [];
  let batches: Promise<void> = Promise.resolve();
  let done = 0;

  const count = (files: number) => {
    const before = done;
    done += files;
    if (Math.floor(done / reportEvery) > Math.floor(before / reportEvery))
      report(`decoded ${done} of ${paths.size} images`);
  };
  /** Waits for the batch before, so that no more than two are in memory. */
  const endBatch = async () => {
    const [files, before] = [batch, batches];
    batch = [];
    batches = before.then(() => decodeJpegs(files, decoding)).then(() => count(files.length));
    // Whoever awaits it next is told.
    batches.catch(() => {});
    await before;
  };
  const take = async (path: string, read: () => Promise<Uint8Array>) => {
    const bytes = await read().catch((error: Error) => {
      onBroken(path, error.message);
      return null;
    });
    if (bytes && jpegs && isFor(imageShape, bytes)) {
      if (batch.push({ path, bytes }) === batchSize) await endBatch();
      return;
    }
    if (bytes) await decodeWithSharp({ path, bytes }, decoding);
    count(1);
  };

  for await (const { path, bytes } of tree.read(paths)) {
    missing.delete(path);
    await atWork.start(() => take(path, bytes));
    signal.throwIfAborted();
  }
  await atWork.end();
  await endBatch();
  await batches;
  for (const path of missing) onBroken(path, 'there is no such file');
}

function isFor([height, width, channels]: LoadContext['imageShape'], bytes: Uint8Array): boolean {
  const header = plainJpeg(bytes);
  if (header?.height !== height || header.width !== width) return false;
  // What is grey of colours depends on who reckons.
  return header.channels <= channels;
}

/** Halves a batch that the engine refuses, until it is known which of its files sharp must look at. */
async function decodeJpegs(files: readonly OpenFile[], decoding: FileDecoding): Promise<void> {
  if (files.length === 0) return;
  const { imageShape, jpegs, onDecoded } = decoding;
  const [height, width] = imageShape;
  const pixels = await (jpegs as JpegDecoder)
    .decode(
      files.map(({ bytes }) => bytes),
      imageShape,
    )
    .catch(() => null);
  if (pixels)
    return onDecoded({
      decoder: 'engine',
      files: files.map(({ path }) => ({ path, width, height, damaged: false })),
      pixels,
    });
  if (files.length === 1) return decodeWithSharp(files[0] as OpenFile, decoding);
  const middle = files.length >> 1;
  await decodeJpegs(files.slice(0, middle), decoding);
  await decodeJpegs(files.slice(middle), decoding);
}

async function decodeWithSharp({ path, bytes }: OpenFile, decoding: FileDecoding): Promise<void> {
  const { imageShape, onDecoded, onBroken } = decoding;
  const { decodeImage } = await import('./decode.ts');
  const decoded = await decodeImage(bytes, imageShape).catch((error: Error) => {
    onBroken(path, firstLine(error));
    return null;
  });
  if (!decoded) return;
  const { pixels, ...file } = decoded;
  await onDecoded({ decoder: 'sharp', files: [{ path, ...file }], pixels });
}

/** libvips adds a line for each thing that it notices. */
function firstLine({ message }: Error): string {
  return message.split('\n')[0] as string;
}

/** A few things that go on at once; the first that fails ends all. */
class AtWork {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Begins, as soon as there is room. */
  async start(work: () => Promise<void>): Promise<void> {
    const running = work();
    this.#running.add(running);
    running.then(
      () => this.#running.delete(running),
      () => {},
    );
    if (this.#running.size >= this.#most) await Promise.race(this.#running);
  }

  async end(): Promise<void> {
    await Promise.all(this.#running);
  }
}
