import { stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { httpGet } from '../cache/http.ts';
import { InputError } from '../common/errors.ts';
import { readRegularFile, readSmallFile, walk } from '../common/files.ts';
import { globMatcher } from '../common/glob.ts';
import { requireAllowed } from '../common/sandbox.ts';
import type { ReadableImages } from '../data/batches/image-batches.ts';
import { isImagePath } from '../data/datasets/folder.ts';
import { decodeFiles } from '../data/decode/decode-files.ts';
import { isUrl } from '../data/files/source.ts';
import { MAX_FILE_BYTES } from '../data/files/tree.ts';
import type { Preprocessing } from '../data/preprocessing.ts';
import type { JpegDecoder } from '../engine/engine.ts';

/** An image to predict. */
export interface NamedImage {
  /** Its path or URL; `-` for standard input. */
  readonly name: string;
  /** Reads the file. @throws Error if it cannot be read. */
  bytes(signal: AbortSignal): Promise<Buffer>;
}

/**
 * Finds the images that words of the command line name: files, folders (all images below them), globs, URLs, and `-` for
 * standard input.
 * @throws InputError for a folder or a glob without images.
 */
export async function findImages(words: readonly string[]): Promise<NamedImage[]> {
  const found = await Promise.all(words.map(imagesOf));
  return found.flat();
}

async function imagesOf(word: string): Promise<NamedImage[]> {
  if (word === '-') return [{ name: word, bytes: () => buffer(process.stdin) }];
  if (isUrl(word)) return [{ name: word, bytes: (signal) => download(word, signal) }];
  const stats = await stat(word).catch(() => null);
  if (stats?.isDirectory()) return imagesIn(word, isImagePath);
  // The name of a file may contain the characters of a glob.
  if (stats || !/[*?[]/.test(word)) return [fileImage(word)];
  const parts = word.split(sep === '/' ? '/' : /[\\/]/);
  const fixed = parts.findIndex((part) => /[*?[]/.test(part));
  const root = parts.slice(0, fixed).join('/') || (isAbsolute(word) ? '/' : '.');
  const wanted = parts.slice(fixed);
  return imagesIn(root, (path) => matchesParts(path.split('/'), wanted), word);
}

/** @param word what the user wrote. */
async function imagesIn(
  folder: string,
  isWanted: (path: string) => boolean,
  word = folder,
): Promise<NamedImage[]> {
  requireAllowed(folder);
  const paths = await walk(folder).catch(() => []);
  const wanted = paths.filter((path) => !path.endsWith('/') && isWanted(path)).sort();
  if (wanted.length > 0) return wanted.map((path) => fileImage(join(folder, path)));
  throw new InputError(`there is no image in ${word}`);
}

/** Matches a path with a glob, part by part: `**` stands for any number of folders. */
function matchesParts(
  [part, ...parts]: readonly string[],
  [glob, ...globs]: readonly string[],
): boolean {
  if (glob === undefined) return part === undefined;
  if (glob === '**' && matchesParts([part ?? [], parts].flat(), globs)) return true;
  if (part === undefined) return false;
  if (glob === '**') return matchesParts(parts, [glob, ...globs]);
  return globMatcher(glob)(part) && matchesParts(parts, globs);
}

function fileImage(path: string): NamedImage {
  return {
    name: path,
    async bytes() {
      requireAllowed(path);
      try {
        return readSmallFile(path) ?? (await readRegularFile(path, MAX_FILE_BYTES));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw code === 'ENOENT' ? new Error('the file does not exist') : error;
      }
    },
  };
}

async function download(url: string, signal: AbortSignal): Promise<Buffer> {
  const response = await httpGet(url, { signal });
  if (!response.ok || !response.body) throw new Error(`the server answers ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MAX_FILE_BYTES) throw new Error(`it has more than ${MAX_FILE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export interface DecodingOptions {
  readonly preprocessing: Preprocessing;
  readonly jpegs: JpegDecoder | null;
  readonly signal: AbortSignal;
}

/** Image files as images of one size, which are decoded when a batch reads them. */
export class ImageFiles implements ReadableImages {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly labels: Int32Array;
  readonly pixels = { read: (indices: ArrayLike<number>) => this.#read(indices) };
  /** The reason for each image that cannot be decoded, by its index, once it was read. Its pixels are black. */
  readonly broken = new Map<number, string>();
  readonly #images: readonly NamedImage[];
  readonly #options: DecodingOptions;

  constructor(images: readonly NamedImage[], options: DecodingOptions) {
    [this.height, this.width, this.channels] = options.preprocessing.imageShape;
    this.labels = new Int32Array(images.length);
    this.#images = images;
    this.#options = options;
  }

  async #read(indices: ArrayLike<number>): Promise<Uint8Array> {
    const { preprocessing, jpegs, signal } = this.#options;
    const { imageShape, resize } = preprocessing;
    const stride = this.height * this.width * this.channels;
    const all = new Uint8Array(indices.length * stride);
    // The same file may be named twice, so that an index stands for the path.
    const rows = new Map(Array.from(indices, (index, row) => [String(index), row]));
    await decodeFiles({
      tree: { read: (paths) => this.#files(paths) },
      paths: new Set(rows.keys()),
      imageShape,
      resize,
      jpegs,
      signal,
      report: () => {},
      onDecoded: async ({ files, pixels }) => {
        for (const [i, { path }] of files.entries())
          all.set(
            pixels.subarray(i * stride, (i + 1) * stride),
            (rows.get(path) as number) * stride,
          );
      },
      onBroken: (path, reason) => {
        this.broken.set(Number(path), reason);
      },
    });
    return all;
  }

  async *#files(paths: ReadonlySet<string>) {
    const { signal } = this.#options;
    for (const path of paths) {
      const image = this.#images[Number(path)] as NamedImage;
      yield { path, bytes: () => image.bytes(signal) };
    }
  }
}
