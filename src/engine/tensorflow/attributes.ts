import type { CApi, Pointer } from './c-api.ts';
import type { Status } from './context.ts';

/** The `TF_DataType` numbers of the dtypes that tfjs uses. Source: tensorflow/c/tf_datatype.h. */
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

/** Returns the name of a dtype for error messages: `float32`, or `dtype 19` if it has none here. */
export function dtypeName(dtype: number): string {
  return NAMES.get(dtype) ?? `dtype ${dtype}`;
}

type TypedArrayClass = Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;

/**
 * The typed array of each numeric dtype. An int64 is a pair of int32, low word first, as in `Int64Scalar` of tfjs-node; a
 * complex64 is a pair of float32.
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

/** The `TF_AttrType` numbers, with which the kernels of tfjs-node mark attributes. Source: tensorflow/c/c_api.h. */
export const AttrType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** An attribute of an operation in the format of tfjs-node. It is a list if `value` is an array. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The functions of the C API that set attributes. Those for eager operations and for graphs have the same parameters. */
interface AttributeSetters {
  string(op: Pointer, name: string, value: Uint8Array, length: number): void;
  int(op: Pointer, name: string, value: number): void;
  float(op: Pointer, name: string, value: number): void;
  bool(op: Pointer, name: string, value: number): void;
  type(op: Pointer, name: string, value: number): void;
  shape(op: Pointer, name: string, dims: BigInt64Array, rank: number): void;
  intList(op: Pointer, name: string, values: BigInt64Array, count: number): void;
  floatList(op: Pointer, name: string, values: Float32Array, count: number): void;
  boolList(op: Pointer, name: string, values: Uint8Array, count: number): void;
  typeList(op: Pointer, name: string, values: Int32Array, count: number): void;
}

/** Returns the setters for operations of `TFE_NewOp`. */
export function eagerSetters(api: CApi, status: Status): AttributeSetters {
  return {
    string: api.TFE_OpSetAttrString,
    int: api.TFE_OpSetAttrInt,
    float: api.TFE_OpSetAttrFloat,
    bool: api.TFE_OpSetAttrBool,
    type: api.TFE_OpSetAttrType,
    shape(op, name, dims, rank) {
      api.TFE_OpSetAttrShape(op, name, dims, rank, status.pointer);
      status.check(() => `set attribute ${name} to the shape [${dims}]`);
    },
    intList: api.TFE_OpSetAttrIntList,
    floatList: api.TFE_OpSetAttrFloatList,
    boolList: api.TFE_OpSetAttrBoolList,
    typeList: api.TFE_OpSetAttrTypeList,
  };
}

/** Returns the setters for operations of `TF_NewOperation`. */
export function graphSetters(api: CApi): AttributeSetters {
  return {
    string: api.TF_SetAttrString,
    int: api.TF_SetAttrInt,
    float: api.TF_SetAttrFloat,
    bool: api.TF_SetAttrBool,
    type: api.TF_SetAttrType,
    shape: api.TF_SetAttrShape,
    intList: api.TF_SetAttrIntList,
    floatList: api.TF_SetAttrFloatList,
    boolList: api.TF_SetAttrBoolList,
    typeList: api.TF_SetAttrTypeList,
  };
}

type Setter = (set: AttributeSetters, op: Pointer, name: string, value: unknown) => void;
type ListSetter = (set: AttributeSetters, op: Pointer, name: string, values: number[]) => void;

const utf8 = new TextEncoder();

const SET_ONE: Readonly<Record<number, Setter>> = {
  [AttrType.string]: (set, op, name, value) => {
    const bytes = value instanceof Uint8Array ? value : utf8.encode(String(value));
    set.string(op, name, bytes, bytes.length);
  },
  [AttrType.int]: (set, op, name, value) => set.int(op, name, Number(value)),
  [AttrType.float]: (set, op, name, value) => set.float(op, name, Number(value)),
  [AttrType.bool]: (set, op, name, value) => set.bool(op, name, value ? 1 : 0),
  [AttrType.type]: (set, op, name, value) => set.type(op, name, Number(value)),
};

const SET_LIST: Readonly<Record<number, ListSetter>> = {
  [AttrType.int]: (set, op, name, values) => set.intList(op, name, toInt64(values), values.length),
  [AttrType.float]: (set, op, name, values) =>
    set.floatList(op, name, Float32Array.from(values), values.length),
  [AttrType.bool]: (set, op, name, values) =>
    set.boolList(op, name, Uint8Array.from(values, Number), values.length),
  [AttrType.type]: (set, op, name, values) =>
    set.typeList(op, name, Int32Array.from(values), values.length),
  [AttrType.shape]: (set, op, name, values) => set.shape(op, name, toInt64(values), values.length),
};

/** Sets an attribute of an operation that is not finished. */
export function setAttribute(set: AttributeSetters, op: Pointer, attribute: OpAttribute): void {
  const { name, type, value } = attribute;
  const setOne = Array.isArray(value) ? SET_LIST[type] : SET_ONE[type];
  if (!setOne) {
    const known = Object.entries(AttrType).map(([name, number]) => `${number} (${name})`);
    throw new Error(
      `attribute ${name} has the unknown type ${type}${Array.isArray(value) ? ' of a list' : ''}; known: ${known.join(', ')}`,
    );
  }
  setOne(set, op, name, value as number[]);
}

export function toInt64(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}
