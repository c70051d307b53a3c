import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../common/errors.ts';
import { writeAtomic } from '../../common/files.ts';
import type { Shape } from '../graph.ts';
import {
  decode,
  fromBfloat16,
  isShape,
  openTensorFile,
  splitWeightName,
  type WeightEntry,
  type WeightFormat,
} from './format.ts';

/** The specification allows 100 MB, which takes seconds to parse. This is enough for 200,000 tensors. */
const MAX_HEADER_BYTES = 2 ** 24;

interface TensorHeader {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: readonly [number, number];
}

interface ElementType {
  readonly bytes: number;
  toFloat32(data: Buffer, shape: number[]): Promise<Float32Array>;
}

const TYPES: Readonly<Record<string, ElementType>> = {
  F32: { bytes: 4, toFloat32: (data, shape) => decode(data, { shape, dtype: 'float32' }) },
  F16: {
    bytes: 2,
    toFloat32: (data, shape) =>
      decode(data, { shape, dtype: 'float32', quantization: { dtype: 'float16' } }),
  },
  BF16: { bytes: 2, toFloat32: async (data) => fromBfloat16(data) },
  F64: {
    bytes: 8,
    toFloat32: async (data) =>
      Float32Array.from({ length: data.length / 8 }, (_, i) => data.readDoubleLE(8 * i)),
  },
  I64: {
    bytes: 8,
    toFloat32: async (data) =>
      Float32Array.from({ length: data.length / 8 }, (_, i) => Number(data.readBigInt64LE(8 * i))),
  },
};

/**
 * Safetensors (https://huggingface.co/docs/safetensors): eight bytes with the length of the header, a JSON header, and the
 * values. Tensors are named `layer/weight` or `layer.weight`.
 */
export const safetensors: WeightFormat = {
  name: 'safetensors',
  extensions: ['.safetensors'],
  matches: (head) => head[8] === '{'.charCodeAt(0) && head[6] === 0 && head[7] === 0,
  read(path) {
    return openTensorFile(path, this.name, async (file) => {
      const { header, dataStart } = await readHeader(file);
      const size = (await file.stat()).size - dataStart;
      return Object.entries(header)
        .filter(([name]) => name !== '__metadata__')
        .map(([name, tensor]) => {
          checkTensor(name, tensor, size, path);
          return tensorEntry(file, name, tensor, dataStart);
        });
    });
  },
};

/** A weight to write. */
export interface NamedTensor {
  readonly layer: string;
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Writes float32 tensors as `layer/name`. The bytes do not depend on the order of the tensors. */
export async function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> | null = null,
): Promise<void> {
  const named = tensors.map(({ layer, name, ...rest }) => ({ ...rest, name: `${layer}/${name}` }));
  await writeAtomic(path, Buffer.concat(encodeSafetensors(named, metadata)));
}

async function readHeader(
  file: FileHandle,
): Promise<{ header: Record<string, TensorHeader>; dataStart: number }> {
  const length = Number((await readExactly(file, 0, 8)).readBigUInt64LE());
  if (length > Math.min(MAX_HEADER_BYTES, (await file.stat()).size - 8)) {
    throw new Error(`the length of its header is ${length} bytes`);
  }
  const header = JSON.parse((await readExactly(file, 8, length)).toString());
  return { header, dataStart: 8 + length };
}

function checkTensor(name: string, tensor: TensorHeader, size: number, path: string): void {
  const type = Object.hasOwn(TYPES, tensor.dtype) ? TYPES[tensor.dtype] : undefined;
  if (!type) {
    throw new InputError(
      `${path}: the type of ${name} must be one of ${Object.keys(TYPES).join(', ')}. Received: ${tensor.dtype}`,
    );
  }
  // Offsets are whole numbers like sizes, and there are two of them.
  if (!isShape(tensor.shape) || !isShape(tensor.data_offsets) || tensor.data_offsets.length !== 2) {
    throw new Error(
      `the shape and the offsets of ${name} must be lists of whole numbers. ` +
        `Received: ${JSON.stringify(tensor.shape)} and ${JSON.stringify(tensor.data_offsets)}`,
    );
  }
  const [start, end] = tensor.data_offsets;
  const bytes = tensor.shape.reduce((product, each) => product * each, type.bytes);
  if (end - start === bytes && end <= size) return;
  throw new Error(`${name} has ${bytes} bytes, and its offsets are ${start} to ${end} of ${size}`);
}

function tensorEntry(
  file: FileHandle,
  key: string,
  { dtype, shape, data_offsets: [start, end] }: TensorHeader,
  dataStart: number,
): WeightEntry {
  const { layer, name } = splitWeightName(
    key.includes('/') ? key : key.replace(/\.([^.]*)$/, '/$1'),
  );
  return {
    layer,
    name,
    shape,
    dtype,
    async read() {
      const data = await readExactly(file, dataStart + start, end - start);
      return TYPES[dtype]?.toFloat32(data, shape) ?? new Float32Array();
    },
  };
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer;
}

/** A float32 tensor in a file. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Encodes tensors as a list of buffers, so that large ones need not be copied. The bytes do not depend on the order of the
 * tensors.
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
  const values = sorted.map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return [length, padded, ...values];
}

/** Decodes a file of `encodeSafetensors`. @throws any error for other files. */
export function decodeSafetensors(bytes: Buffer): StoredTensor[] {
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, TensorHeader>;
  return Object.entries(header).map(([name, { shape, data_offsets: offsets }]) => {
    const [from, to] = offsets;
    const copy = Uint8Array.prototype.slice.call(bytes, start + from, start + to);
    return { name, shape, data: new Float32Array(copy.buffer, copy.byteOffset, copy.length / 4) };
  });
}
