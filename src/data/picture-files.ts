import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { cacheFolder } from '../cache.ts';
import { writeAtomic } from '../write-atomic.ts';
import type { LoadContext, PictureSource } from './dataset.ts';
import { decodeConcurrency, decodePicture } from './decode.ts';
import type { FileTree, TreeFile } from './files/tree.ts';
import type { LabelledPath } from './folder-layout.ts';

const reportEvery = 1000;

/**
 * Picture files as a source. What was decoded once is kept in the cache, under a name that changes with
 * the files, their choice and the size, so that the next start reads it as it is.
 */
export function pictureFiles(
  tree: FileTree,
  files: readonly LabelledPath[],
  context: LoadContext,
): PictureSource {
  const [height, width, channels] = context.imageShape;
  const labels = Int32Array.from(files, ({ label }) => label);
  return {
    labels,
    async read(places) {
      const paths = Array.from(places, (place) => (files[place] as LabelledPath).path);
      const kept = join(cacheFolder(), 'pictures', `${await cacheKey(tree, paths, context)}.bin`);
      const pixels =
        (await readFile(kept).catch(() => null)) ??
        (await decodeAndKeep(tree, paths, context, kept));
      return {
        height,
        width,
        channels,
        pixels,
        labels: places.map((place) => labels[place] as number),
      };
    },
  };
}

async function cacheKey(tree: FileTree, paths: string[], context: LoadContext): Promise<string> {
  const content = [tree.root, await tree.fingerprint(paths), paths, context.imageShape];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

async function decodeAndKeep(
  tree: FileTree,
  paths: string[],
  context: LoadContext,
  to: string,
): Promise<Uint8Array> {
  const pixels = await decodeAll(tree, paths, context);
  try {
    await mkdir(join(to, '..'), { recursive: true });
    await writeAtomic(to, Buffer.from(pixels.buffer));
  } catch (error) {
    context.report(
      `decoded pictures could not be kept for the next start: ${(error as Error).message}`,
    );
  }
  return pixels;
}

async function decodeAll(
  tree: FileTree,
  paths: string[],
  { imageShape, signal, report }: LoadContext,
): Promise<Uint8Array> {
  const [height, width, channels] = imageShape;
  const stride = height * width * channels;
  const pixels = new Uint8Array(paths.length * stride);
  const places = new Map(paths.map((path, place) => [path, place]));
  let done = 0;
  const decode = async ({ path, bytes }: TreeFile) => {
    const decoded = await decodePicture(await bytes(), `${path} of ${tree.root}`, imageShape);
    pixels.set(decoded, (places.get(path) as number) * stride);
    done++;
    if (done % reportEvery === 0) report(`decoded ${done} of ${paths.length} pictures`);
  };
  try {
    await Readable.from(tree.read(new Set(paths))).forEach(decode, {
      concurrency: decodeConcurrency,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  return pixels;
}
