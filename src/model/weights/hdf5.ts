import type { Dataset, File, Group } from 'h5wasm';
import { InputError } from '../../common/errors.ts';
import type { WeightEntry } from './format.ts';

// Access to HDF5 files, independent of the layouts of Keras.

/** Opens an HDF5 file. Its contents stay on disk until they are read. */
export async function openHdf5(path: string): Promise<File> {
  const { default: h5wasm } = await import('h5wasm/node');
  const library = await h5wasm.ready;
  library.activate_throwing_error_handler();
  files ??= new GuardedFiles(library.FS as unknown as FileSystem);
  try {
    return files.whileOpen(() => new h5wasm.File(path, 'r'));
  } catch (error) {
    throw new Error(hdf5Reason(error));
  }
}

/** The part of Emscripten's file system through which HDF5 opens files. */
interface FileSystem {
  readonly ErrnoError: new (errno: number) => Error;
  open(path: string, flags: number, ...rest: unknown[]): unknown;
}

/** EACCES and O_EXCL, as Emscripten numbers them. */
const NO_ACCESS = 2;
const EXCLUSIVE = 128;

/**
 * Lets HDF5 open no existing file but the one that is being opened. It may create the temporary file of an error message. The contents of a file can refer to other files (external links,
 * external storage, virtual datasets), so that a weight file could read any file of the user.
 */
class GuardedFiles {
  #isOpening = false;

  constructor(fileSystem: FileSystem) {
    const open = fileSystem.open.bind(fileSystem);
    fileSystem.open = (path, flags, ...rest) => {
      const creates = (flags & EXCLUSIVE) !== 0;
      if (!this.#isOpening && !creates) throw new fileSystem.ErrnoError(NO_ACCESS);
      return open(path, flags, ...rest);
    };
  }

  whileOpen<Result>(work: () => Result): Result {
    this.#isOpening = true;
    try {
      return work();
    } finally {
      this.#isOpening = false;
    }
  }
}

let files: GuardedFiles | undefined;

export function childGroup(group: Group, path: string): Group | null {
  const child = childOf(group, path);
  return child && 'keys' in child ? child : null;
}

/** @throws InputError if there is a link to another file on the path. */
function childOf(group: Group, path: string): ReturnType<Group['get']> {
  try {
    const child = group.get(path);
    if (child && 'obj_path' in child) throw otherFileError(`${group.path}/${path}`);
    return child;
  } catch (error) {
    if (OTHER_FILE.test((error as Error).message)) throw otherFileError(`${group.path}/${path}`);
    throw error;
  }
}

/** Reads a list of names. Keras splits lists over 64 KB to `layer_names0`, `layer_names1`, … */
export function namesAttribute(group: Group, name: string): string[] | null {
  if (name in group.attrs) return strings(group, name);
  const names: string[] = [];
  let chunk = 0;
  while (`${name}${chunk}` in group.attrs) names.push(...strings(group, `${name}${chunk++}`));
  return chunk > 0 ? names : null;
}

export function stringAttribute(group: Group, name: string): string | null {
  return name in group.attrs ? (strings(group, name)[0] ?? null) : null;
}

function strings(group: Group, name: string): string[] {
  const value = group.attrs[name]?.value;
  const list = Array.isArray(value) ? value : [value];
  return list.filter((each): each is string => typeof each === 'string');
}

/** @throws InputError if the group does not contain the dataset. */
export function datasetEntry(
  group: Group,
  path: string,
  layer: string,
  name: string | null,
): WeightEntry {
  const dataset = childOf(group, path);
  if (!dataset || !('filters' in dataset)) {
    throw new InputError(
      `the weight file lists ${path} in ${group.path}, but has no such dataset; it has ${group.keys().join(', ') || 'none'}`,
    );
  }
  // HDF5 fills a virtual dataset with zeros if it cannot read the source.
  if (dataset.metadata.virtual_sources) throw otherFileError(dataset.path);
  return {
    layer,
    name,
    shape: dataset.shape ?? [],
    dtype: String(dataset.dtype),
    read: async () => readNumbers(dataset),
  };
}

function readNumbers(dataset: Dataset): Float32Array {
  const value = readValue(dataset);
  if (value instanceof Float32Array) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Float32Array.of(Number(value));
  if (ArrayBuffer.isView(value)) {
    return Float32Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  }
  throw new InputError(
    `${dataset.path} must contain numbers. Received: values of type ${String(dataset.dtype)}`,
  );
}

function readValue(dataset: Dataset): Dataset['value'] {
  try {
    return dataset.value;
  } catch (error) {
    const reason = hdf5Reason(error);
    if (OTHER_FILE.test(reason)) throw otherFileError(dataset.path);
    throw new InputError(`cannot read the weight ${dataset.path}: ${reason}`);
  }
}

/** What HDF5 says of external links and of external storage that it cannot open. */
const OTHER_FILE = /external (raw data )?file/;

function otherFileError(path: string): InputError {
  return new InputError(`${path} refers to another file; a weight file must contain its weights`);
}

/** Returns the innermost line of an error trace of HDF5. */
function hdf5Reason(error: unknown): string {
  const { message } = error as Error;
  return [...message.matchAll(/\(\): (.*)/g)].at(-1)?.[1] ?? message;
}
