/** A field's number in its message, and what it holds. */
type Field = readonly [number: number, value: Uint8Array | number];

/**
 * The fields of a serialized message; numbers are exact up to 2^53.
 * Source: protobuf.dev/programming-guides/encoding.
 */
export function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, wire] = [tag >>> 3, tag & 7];
    if (wire === 0) {
      yield [number, varint()];
    } else if (wire === 2) {
      const length = varint();
      at += length;
      yield [number, bytes.subarray(at - length, at)];
    } else {
      at += wire === 1 ? 8 : 4;
    }
  }
}
