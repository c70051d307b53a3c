/** `TF_DataType` numbers of the dtypes that tfjs uses. Source: tensorflow/c/tf_datatype.h. */
export const DType = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  float16: 19,
  resource: 20,
} as const;

const NAMES = new Map<number, string>(Object.entries(DType).map(([name, id]) => [id, name]));

/** For error messages: `float32`, or `dtype 19` where tfjs has no name for it. */
export function dtypeName(dtype: number): string {
  return NAMES.get(dtype) ?? `dtype ${dtype}`;
}

type TypedArrayClass = Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;

/**
 * How the bytes of a numeric dtype look in JavaScript. An int64 comes in as twice as many int32 (low word
 * first), as tfjs-node's `Int64Scalar` gives it; a complex64 is a pair of float32.
 */
export const NUMERIC: ReadonlyMap<number, { array: TypedArrayClass; perElement: number }> = new Map<
  number,
  { array: TypedArrayClass; perElement: number }
>([
  [DType.float32, { array: Float32Array, perElement: 1 }],
  [DType.int32, { array: Int32Array, perElement: 1 }],
  [DType.uint8, { array: Uint8Array, perElement: 1 }],
  [DType.bool, { array: Uint8Array, perElement: 1 }],
  [DType.int64, { array: Int32Array, perElement: 2 }],
  [DType.complex64, { array: Float32Array, perElement: 2 }],
]);
