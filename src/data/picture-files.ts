import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { DataConfig } from '../config/experiment.ts';
import { InputError } from '../errors.ts';
import { cacheFolder } from '../storage/cache.ts';
import type { LoadContext, PictureSource, Reading } from './dataset.ts';
import { decodeConcurrency, decodePicture } from './decode.ts';
import { keepPictures, keptPictures, type Store } from './decoded-file.ts';
import type { FileTree, TreeFile } from './files/tree.ts';
import type { LabelledPath } from './folder-layout.ts';

const reportEvery = 1000;

export interface PictureFiles {
  readonly tree: FileTree;
  readonly files: readonly LabelledPath[];
  /** Whether a picture that cannot be read ends the run. */
  readonly broken: DataConfig['broken'];
}

/**
 * Picture files as a source. What was decoded once is kept in the cache, under a name that changes with
 * the files, their choice and the size, so that the next start reads it as it is.
 */
export function pictureFiles(
  { tree, files, broken: onBroken }: PictureFiles,
  context: LoadContext,
): PictureSource {
  const [height, width, channels] = context.imageShape;
  const stride = height * width * channels;
  return {
    labels: Int32Array.from(files, ({ label }) => label),
    async read(places) {
      const paths = Array.from(places, (place) => (files[place] as LabelledPath).path);
      const kept = join(cacheFolder(), 'pictures', `${await cacheKey(tree, paths, context)}.bin`);
      const onFailure = (error: Broken) => {
        if (onBroken === 'stop') throw stopError(error, tree);
      };
      const { pixels, broken } =
        (await keptPictures(kept, stride)) ??
        (await keepPictures(kept, { ...context, count: paths.length, stride }, (store) =>
          decodeAll({ tree, paths, store, onFailure }, context),
        ));
      broken.forEach(onFailure);
      return { height, width, channels, pixels, paths, broken };
    },
  };
}

type Broken = Reading['broken'][number];

function stopError({ path, reason }: Broken, { root }: FileTree): InputError {
  return new InputError(
    `cannot read the picture ${path} of ${root}: ${reason}; repair or remove it, or leave out such pictures with data.broken: skip`,
  );
}

async function cacheKey(tree: FileTree, paths: string[], context: LoadContext): Promise<string> {
  const content = [tree.root, await tree.fingerprint(paths), paths, context.imageShape];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

interface Decoding {
  readonly tree: FileTree;
  readonly paths: readonly string[];
  readonly store: Store;
  readonly onFailure: (broken: Broken) => void;
}

async function decodeAll(
  { tree, paths, store, onFailure }: Decoding,
  { imageShape, signal, report }: LoadContext,
): Promise<Broken[]> {
  const waiting = new Map<string, number[]>();
  paths.forEach((path, index) => {
    waiting.set(path, [...(waiting.get(path) ?? []), index]);
  });
  const broken: Broken[] = [];
  const fail = (path: string, reason: string) => {
    for (const index of waiting.get(path) ?? []) {
      onFailure({ index, path, reason });
      broken.push({ index, path, reason });
    }
  };
  let done = 0;
  const decode = async (file: TreeFile) => {
    const decoded = await decodeFile(file, imageShape);
    if (decoded instanceof Error) fail(file.path, firstLine(decoded));
    else for (const index of waiting.get(file.path) ?? []) await store(index, decoded);
    waiting.delete(file.path);
    done++;
    if (done % reportEvery === 0) {
      const failed = broken.length > 0 ? `, ${broken.length} of them broken` : '';
      report(`decoded ${done} of ${paths.length} pictures${failed}`);
    }
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
  for (const path of waiting.keys()) fail(path, 'there is no such file');
  return broken.sort((a, b) => a.index - b.index);
}

async function decodeFile({ bytes }: TreeFile, shape: LoadContext['imageShape']) {
  try {
    return await decodePicture(await bytes(), shape);
  } catch (error) {
    return error as Error;
  }
}

/** libvips adds a line for each thing that it notices. */
function firstLine({ message }: Error): string {
  return message.split('\n')[0] as string;
}
