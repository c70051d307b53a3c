// Protocol Buffers messages, written and read without a schema. Source: protobuf.dev/programming-guides/encoding.

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Joins fields to a message. */
export function message(...fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(fields);
}

/** Writes an int32, int64, enum or bool from 0 to 2^53. */
export function integerField(field: number, value: number): Buffer {
  return message(tag(field, 'varint'), varint(value));
}

export function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return message(tag(field, 'fixed64'), bytes);
}

export function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return message(tag(field, 'fixed32'), bytes);
}

/** Writes a string, bytes or an embedded message. */
export function bytesField(field: number, value: string | Uint8Array): Buffer {
  const content = Buffer.from(value);
  return message(tag(field, 'bytes'), varint(content.length), content);
}

function tag(field: number, wire: keyof typeof WIRE): Buffer {
  return varint(field * 8 + WIRE[wire]);
}

function varint(value: number): Buffer {
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) groups.push((rest % 128) + 128);
  return Buffer.from([...groups, rest]);
}

/** The number of a field in its message, and its value. */
type Field = readonly [number: number, value: Uint8Array | number];

/** Reads the fields of a message, except those of fixed size. Integers are exact up to 2^53. */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const readVarint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const [number, wire] = [tag >>> 3, tag & 7];
    if (wire === WIRE.varint) {
      yield [number, readVarint()];
    } else if (wire === WIRE.bytes) {
      const length = readVarint();
      at += length;
      yield [number, bytes.subarray(at - length, at)];
    } else {
      at += wire === WIRE.fixed64 ? 8 : 4;
    }
  }
}
