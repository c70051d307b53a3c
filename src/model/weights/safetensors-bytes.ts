/** A float32 tensor under its name in a file. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A file of the format (https://huggingface.co/docs/safetensors) in pieces, so that large ones need not be
 * copied into one; the same tensors give the same bytes, whatever their order.
 */
export function encodeSafetensors(
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>> | null = null,
): Buffer[] {
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let end = 0;
  for (const { name, shape, data } of sorted) {
    const start = end;
    end += data.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [start, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc(-json.length & 7, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const numbers = sorted.map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return [length, padded, ...numbers];
}

/** The tensors of a file that `encodeSafetensors` gave. @throws any error when it is another. */
export function decodeSafetensors(bytes: Buffer): StoredTensor[] {
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, TensorHeader>;
  return Object.entries(header).map(
    ([
      name,
      {
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      const copy = Uint8Array.prototype.slice.call(bytes, start + from, start + to);
      return { name, shape, data: new Float32Array(copy.buffer, copy.byteOffset, copy.length / 4) };
    },
  );
}

interface TensorHeader {
  readonly shape: number[];
  readonly data_offsets: readonly [number, number];
}
