import { bytesAt, type CApi, type Pointer } from './c-api.ts';

/** Size of a `TF_TString`; short strings live inside it, long ones on the heap. Source: ctstring_internal.h. */
const TSTRING_BYTES = 24;

function eachString(
  data: Pointer,
  count: number,
  visit: (string: Pointer, i: number) => void,
): void {
  for (let i = 0; i < count; i++) visit(data + BigInt(i * TSTRING_BYTES), i);
}

/** A string tensor; its strings are freed with `freeStrings`, since TensorFlow frees only the array. */
export function newStringTensor(
  api: CApi,
  dims: BigInt64Array,
  dtype: number,
  values: readonly Uint8Array[],
): Pointer {
  const tensor = api.TF_AllocateTensor(dtype, dims, dims.length, values.length * TSTRING_BYTES);
  eachString(api.TF_TensorData(tensor), values.length, (string, i) => {
    const value = values[i] as Uint8Array;
    api.TF_StringInit(string);
    api.TF_StringCopy(string, value, value.length);
  });
  return tensor;
}

export function freeStrings(api: CApi, tensor: Pointer): void {
  eachString(api.TF_TensorData(tensor), api.TF_TensorElementCount(tensor), (string) => {
    api.TF_StringDealloc(string);
  });
}

/** The bytes of each string of a tensor, copied. */
export function readStrings(api: CApi, tensor: Pointer): Uint8Array[] {
  const strings: Uint8Array[] = [];
  eachString(api.TF_TensorData(tensor), api.TF_TensorElementCount(tensor), (string) => {
    const length = api.TF_StringGetSize(string);
    strings.push(bytesAt(api.TF_StringGetDataPointer(string), length).slice());
  });
  return strings;
}
