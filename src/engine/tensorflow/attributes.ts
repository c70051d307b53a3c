import type { CApi, Pointer } from './c-api.ts';
import type { Status } from './status.ts';

/** `TF_AttrType` numbers, which tfjs-node's kernels put on each attribute. Source: tensorflow/c/c_api.h. */
export const AttrType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** An attribute of an operation as tfjs-node's kernels give it; a list where `value` is an array. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

type Setter = (api: CApi, op: Pointer, name: string, value: unknown) => void;
type ListSetter = (api: CApi, op: Pointer, name: string, values: number[]) => void;

const utf8 = new TextEncoder();

const SET_ONE: Readonly<Record<number, Setter>> = {
  [AttrType.string]: (api, op, name, value) => {
    const bytes = value instanceof Uint8Array ? value : utf8.encode(String(value));
    api.TFE_OpSetAttrString(op, name, bytes, bytes.length);
  },
  [AttrType.int]: (api, op, name, value) => api.TFE_OpSetAttrInt(op, name, Number(value)),
  [AttrType.float]: (api, op, name, value) => api.TFE_OpSetAttrFloat(op, name, Number(value)),
  [AttrType.bool]: (api, op, name, value) => api.TFE_OpSetAttrBool(op, name, value ? 1 : 0),
  [AttrType.type]: (api, op, name, value) => api.TFE_OpSetAttrType(op, name, Number(value)),
};

const SET_LIST: Readonly<Record<number, ListSetter>> = {
  [AttrType.int]: (api, op, name, values) =>
    api.TFE_OpSetAttrIntList(op, name, toInt64(values), values.length),
  [AttrType.float]: (api, op, name, values) =>
    api.TFE_OpSetAttrFloatList(op, name, Float32Array.from(values), values.length),
  [AttrType.bool]: (api, op, name, values) =>
    api.TFE_OpSetAttrBoolList(op, name, Uint8Array.from(values, Number), values.length),
  [AttrType.type]: (api, op, name, values) =>
    api.TFE_OpSetAttrTypeList(op, name, Int32Array.from(values), values.length),
};

/** Sets one attribute of an eager operation. */
export function setAttribute(api: CApi, op: Pointer, status: Status, attribute: OpAttribute): void {
  const { name, type, value } = attribute;
  if (type === AttrType.shape) {
    setShape(api, op, status, attribute);
    return;
  }
  const set = Array.isArray(value) ? SET_LIST[type] : SET_ONE[type];
  if (!set) {
    const known = Object.entries(AttrType).map(([word, number]) => `${number} (${word})`);
    throw new Error(
      `attribute ${name} has the type ${type}${Array.isArray(value) ? ', a list' : ''}; known: ${known.join(', ')}`,
    );
  }
  set(api, op, name, value as number[]);
}

function setShape(api: CApi, op: Pointer, status: Status, { name, value }: OpAttribute): void {
  const dims = toInt64(value as number[]);
  api.TFE_OpSetAttrShape(op, name, dims, dims.length, status.pointer);
  status.check(() => `set attribute ${name} to the shape [${value}]`);
}

export function toInt64(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}
