/** What is written of protocol buffers: https://protobuf.dev/programming-guides/encoding. */

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A message is its fields one after another. */
export function message(...fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(fields);
}

/** int32, int64, enum and bool; from 0 to 2^53. */
export function integer(field: number, value: number): Buffer {
  return message(key(field, 'varint'), varint(value));
}

export function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return message(key(field, 'fixed64'), bytes);
}

export function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return message(key(field, 'fixed32'), bytes);
}

/** A string, bytes or a message within this one. */
export function bytes(field: number, value: string | Uint8Array): Buffer {
  const content = Buffer.from(value);
  return message(key(field, 'bytes'), varint(content.length), content);
}

function key(field: number, wire: keyof typeof WIRE): Buffer {
  return varint(field * 8 + WIRE[wire]);
}

function varint(value: number): Buffer {
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) groups.push((rest % 128) + 128);
  return Buffer.from([...groups, rest]);
}
