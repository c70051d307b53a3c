import type { Dataset, File, Group } from 'h5wasm';
import { InputError } from '../../common/errors.ts';
import type { WeightEntry } from './format.ts';

// Access to HDF5 files, independent of the layouts of Keras.

/** Opens an HDF5 file. Its contents stay on disk until they are read. */
export async function openHdf5(path: string): Promise<File> {
  const { default: h5wasm } = await import('h5wasm/node');
  const library = await h5wasm.ready;
  library.activate_throwing_error_handler();
  try {
    return new h5wasm.File(path, 'r');
  } catch (error) {
    throw new Error(hdf5Reason(error));
  }
}

export function childGroup(group: Group, path: string): Group | null {
  const child = group.get(path);
  return child && 'keys' in child ? child : null;
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
  const dataset = group.get(path);
  if (!dataset || !('filters' in dataset)) {
    throw new InputError(
      `the weight file lists ${path} in ${group.path}, but has no such dataset; it has ${group.keys().join(', ') || 'none'}`,
    );
  }
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
    throw new InputError(`cannot read the weight ${dataset.path}: ${hdf5Reason(error)}`);
  }
}

/** Returns the innermost line of an error trace of HDF5. */
function hdf5Reason(error: unknown): string {
  const { message } = error as Error;
  return [...message.matchAll(/\(\): (.*)/g)].at(-1)?.[1] ?? message;
}
