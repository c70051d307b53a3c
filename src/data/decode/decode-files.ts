import { availableParallelism } from 'node:os';
import type { JpegDecoder } from '../../engine/engine.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import type { LoadContext } from '../dataset.ts';
import type { FileTree } from '../files/tree.ts';

/** Images that are read or decoded at the same time: enough to keep all cores busy. */
const CONCURRENCY = 2 * availableParallelism();
/** JPEGs that the engine decodes in one call. */
const JPEG_BATCH_SIZE = 256;
const REPORT_EVERY = 1000;

export type Decoder = 'sharp' | 'engine';

export interface DecodedFile {
  readonly path: string;
  /** Size before resizing, after the EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** True for a file that is known to be damaged. Only sharp detects damage. */
  readonly damaged: boolean;
}

/** Images that were decoded together. */
export interface DecodedFiles {
  readonly decoder: Decoder;
  readonly files: readonly DecodedFile[];
  /** NHWC. */
  readonly pixels: Uint8Array;
}

export interface FileDecoding extends Pick<LoadContext, 'imageShape' | 'signal' | 'report'> {
  readonly tree: Pick<FileTree, 'read'>;
  readonly paths: ReadonlySet<string>;
  readonly resize: DataConfig['resize'];
  /** Decodes plain JPEGs that have the model's size; `null`: sharp decodes all files. */
  readonly jpegs: JpegDecoder | null;
  readonly onDecoded: (images: DecodedFiles) => Promise<void>;
  readonly onBroken: (path: string, reason: string) => void;
}

interface OpenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Decodes image files, in any order. The header of a file alone decides its decoder, so that results do
 * not depend on the order. The engine decodes JPEGs that have the model's size and contain only pixels, to
 * the same bytes as sharp. Sharp decodes all others, and those that the engine refuses. Both decode
 * damaged data as libjpeg does, but only sharp detects damage.
 */
export async function decodeFiles(decoding: FileDecoding): Promise<void> {
  const { tree, paths, imageShape, jpegs, signal, report, onBroken } = decoding;
  const missing = new Set(paths);
  let jpegBatch: OpenFile[] = [];
  let decodingJpegs: Promise<void> = Promise.resolve();
  let done = 0;

  const count = (files: number) => {
    const before = done;
    done += files;
    if (Math.floor(done / REPORT_EVERY) > Math.floor(before / REPORT_EVERY))
      report(`decoded ${done} of ${paths.size} images`);
  };
  /** Waits for the previous batch, so that at most two batches are in memory. */
  const endJpegBatch = async () => {
    const [files, previous] = [jpegBatch, decodingJpegs];
    jpegBatch = [];
    decodingJpegs = previous
      .then(() => decodeJpegs(files, decoding))
      .then(() => count(files.length));
    // The next call awaits it; until then a rejection must not count as unhandled.
    decodingJpegs.catch(() => {});
    await previous;
  };
  const decodeFile = async (path: string, read: () => Promise<Uint8Array>) => {
    const bytes = await read().catch((error: Error) => {
      onBroken(path, error.message);
      return null;
    });
    if (bytes && jpegs && isPlainJpeg(bytes, imageShape)) {
      if (jpegBatch.push({ path, bytes }) === JPEG_BATCH_SIZE) await endJpegBatch();
      return;
    }
    if (bytes) await decodeWithSharp({ path, bytes }, decoding);
    count(1);
  };

  // The workers share one generator, so that each file goes to one of them.
  const files = tree.read(paths);
  const work = async () => {
    for await (const { path, bytes } of files) {
      missing.delete(path);
      await decodeFile(path, bytes);
      signal.throwIfAborted();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  await endJpegBatch();
  await decodingJpegs;
  for (const path of missing) onBroken(path, 'the file does not exist');
}

/** Bisects a batch that the engine refuses, to find the files that sharp must decode. */
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
  const { imageShape, resize, onDecoded, onBroken } = decoding;
  const { decodeImage } = await import('./decode-image.ts');
  const decoded = await decodeImage(bytes, imageShape, resize).catch((error: Error) => {
    onBroken(path, firstLine(error));
    return null;
  });
  if (!decoded) return;
  const { pixels, ...file } = decoded;
  await onDecoded({ decoder: 'sharp', files: [{ path, ...file }], pixels });
}

/** libvips adds a line for each warning. */
function firstLine({ message }: Error): string {
  return message.split('\n')[0] as string;
}

function isPlainJpeg(
  bytes: Uint8Array,
  [height, width, channels]: LoadContext['imageShape'],
): boolean {
  const header = plainJpegHeader(bytes);
  if (header?.height !== height || header.width !== width) return false;
  // Greyscale conversion differs between decoders.
  return header.channels <= channels;
}

/** Markers of the frames that every libjpeg decodes: baseline, extended and progressive Huffman coding. */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** Markers of EXIF, XMP and colour profiles. */
const METADATA = [0xe1, 0xe2];
const FILL = 0xff;
const START_OF_SCAN = 0xda;

export interface JpegHeader {
  readonly height: number;
  readonly width: number;
  /** 1: greyscale, 3: colour. */
  readonly channels: number;
}

/**
 * Reads the header of a JPEG file that contains only pixels. Returns `null` for a file with EXIF data,
 * which may rotate it, with a colour profile, with 4 channels or 12 bits, with a rarer coding, for a
 * damaged file, and for any other format. Source: ITU-T T.81, annex B.
 */
export function plainJpegHeader(file: Uint8Array): JpegHeader | null {
  const uint16 = (at: number) => ((file[at] as number) << 8) | (file[at + 1] as number);
  if (file.length < 4 || uint16(0) !== 0xffd8) return null;
  let header: JpegHeader | null = null;
  for (let at = 2; at + 9 < file.length && file[at] === 0xff; at += 2 + uint16(at + 2)) {
    const marker = file[at + 1] as number;
    if (marker === START_OF_SCAN) return header;
    if (marker === FILL || METADATA.includes(marker)) return null;
    if (FRAMES.includes(marker)) {
      const [height, width, channels] = [uint16(at + 5), uint16(at + 7), file[at + 9] as number];
      const plain = file[at + 4] === 8 && (channels === 1 || channels === 3) && header === null;
      if (!plain || height === 0) return null;
      header = { height, width, channels };
    }
  }
  return null;
}
