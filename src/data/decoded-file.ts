import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RunError } from '../errors.ts';
import { writeAtomic } from '../storage/write-atomic.ts';
import type { LoadContext, Reading } from './dataset.ts';
import { FilePixels, MemoryPixels, type Pixels } from './pixels.ts';

type Broken = Reading['broken'];
/** Takes the bytes of the picture at an index. */
export type Store = (index: number, bytes: Uint8Array) => Promise<void>;
/** Decodes all pictures into a store; says which could not be. */
export type DecodeAll = (store: Store) => Promise<Broken>;

export interface Decoded {
  readonly pixels: Pixels;
  readonly broken: Broken;
}

/** What an earlier start has kept at this path; `null` where there is nothing that can be read. */
export async function keptPictures(path: string, stride: number): Promise<Decoded | null> {
  try {
    const broken = JSON.parse(await readFile(brokenPath(path), 'utf8')) as Broken;
    return { pixels: new FilePixels(path, stride), broken };
  } catch {
    return null;
  }
}

/**
 * Decodes pictures into a file, so that memory need not hold them and the next start finds them; where
 * no file can be made, into memory. A file that is not finished is removed.
 */
export async function keepPictures(
  path: string,
  { count, stride, report }: { count: number; stride: number } & Pick<LoadContext, 'report'>,
  decodeAll: DecodeAll,
): Promise<Decoded> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const file = await create(temporary).catch((error: Error) => {
    report(`decoded pictures could not be kept for the next start: ${error.message}`);
    return null;
  });
  if (!file) return intoMemory(count, stride, decodeAll);
  try {
    const broken = await decodeAll(fileStore(file, path, stride));
    await file.truncate(count * stride);
    await writeAtomic(brokenPath(path), JSON.stringify(broken));
    await rename(temporary, path);
    return { pixels: new FilePixels(path, stride), broken };
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}

function brokenPath(path: string): string {
  return `${path}.broken.json`;
}

async function create(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  return open(path, 'wx');
}

function fileStore(file: FileHandle, path: string, stride: number): Store {
  return async (index, bytes) => {
    try {
      await file.write(bytes, 0, stride, index * stride);
    } catch (error) {
      throw new RunError(
        `cannot keep decoded pictures at ${path}: ${(error as Error).message}; CIFAR_RUN_CACHE names another folder`,
      );
    }
  };
}

async function intoMemory(count: number, stride: number, decodeAll: DecodeAll): Promise<Decoded> {
  const bytes = new Uint8Array(count * stride);
  const broken = await decodeAll(async (index, picture) => bytes.set(picture, index * stride));
  return { pixels: new MemoryPixels(bytes, stride), broken };
}
