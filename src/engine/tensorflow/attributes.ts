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

const utf8 = new TextEncoder();

/** Sets one attribute of an eager operation. */
export function setAttribute(api: CApi, op: Pointer, status: Status, attribute: OpAttribute): void {
  const { name, type, value } = attribute;
  const list = Array.isArray(value) ? value : null;
  switch (type) {
    case AttrType.string: {
      const bytes = value instanceof Uint8Array ? value : utf8.encode(String(value));
      return api.TFE_OpSetAttrString(op, name, bytes, bytes.length);
    }
    case AttrType.int:
      if (list) return api.TFE_OpSetAttrIntList(op, name, toInt64(list), list.length);
      return api.TFE_OpSetAttrInt(op, name, Number(value));
    case AttrType.float:
      if (list) return api.TFE_OpSetAttrFloatList(op, name, Float32Array.from(list), list.length);
      return api.TFE_OpSetAttrFloat(op, name, Number(value));
    case AttrType.bool:
      if (list) return api.TFE_OpSetAttrBoolList(op, name, Uint8Array.from(list, Number), list.length);
      return api.TFE_OpSetAttrBool(op, name, value ? 1 : 0);
    case AttrType.type:
      if (list) return api.TFE_OpSetAttrTypeList(op, name, Int32Array.from(list), list.length);
      return api.TFE_OpSetAttrType(op, name, Number(value));
    case AttrType.shape: {
      const dims = toInt64(list ?? []);
      api.TFE_OpSetAttrShape(op, name, dims, dims.length, status.pointer);
      return status.check(() => `set attribute ${name} to the shape [${list}]`);
    }
    default:
      throw new Error(`attribute ${name} has the unknown type ${type}; known: ${known()}`);
  }
}

export function toInt64(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}

function known(): string {
  return Object.entries(AttrType)
    .map(([name, type]) => `${type} (${name})`)
    .join(', ');
}
