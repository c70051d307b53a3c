import type { Dataset, Group } from 'h5wasm';
import { InputError } from '../../common/errors.ts';
import type { WeightEntry } from './format.ts';

export function childGroup(group: Group, path: string): Group | null {
  const child = group.get(path);
  return child && 'keys' in child ? child : null;
}

/** A list of names; Keras splits those over 64 KB into `layer_names0`, `layer_names1`, … */
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

/** @throws InputError when the group lacks it. */
export function datasetEntry(
  group: Group,
  path: string,
  layer: string,
  name: string | null,
): WeightEntry {
  const dataset = group.get(path);
  if (!dataset || !('filters' in dataset)) {
    throw new InputError(
      `the weight file names ${path} in ${group.path}, but holds no such data set; it holds ${group.keys().join(', ') || 'nothing'}`,
    );
  }
  const shape = dataset.shape ?? [];
  return {
    layer,
    name,
    shape,
    dtype: String(dataset.dtype),
    read: async () => numbers(dataset),
  };
}

/** The innermost line of HDF5's account of an error. */
export function hdf5Reason(error: unknown): string {
  const { message } = error as Error;
  return [...message.matchAll(/\(\): (.*)/g)].at(-1)?.[1] ?? message;
}

function readValue(dataset: Dataset): Dataset['value'] {
  try {
    return dataset.value;
  } catch (error) {
    throw new InputError(`cannot read the weight ${dataset.path}: ${hdf5Reason(error)}`);
  }
}

function numbers(dataset: Dataset): Float32Array {
  const value = readValue(dataset);
  if (value instanceof Float32Array) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Float32Array.of(Number(value));
  if (ArrayBuffer.isView(value)) {
    return Float32Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  }
  throw new InputError(
    `${dataset.path} holds ${String(dataset.dtype)}, and weights must be numbers`,
  );
}
