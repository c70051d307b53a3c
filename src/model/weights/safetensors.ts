import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '../../common/errors.ts';
import { writeAtomic } from '../../common/files.ts';
import type { Shape } from '../graph.ts';
import { decode, splitWeightName, type WeightEntry, type WeightFormat } from './format.ts';
import { encodeSafetensors } from './safetensors-bytes.ts';

/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;

interface TensorHeader {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: readonly [number, number];
}

interface ElementType {
  readonly bytes: number;
  toFloat32(data: Buffer, shape: number[]): Promise<Float32Array>;
}

const types: Readonly<Record<string, ElementType>> = {
  F32: { bytes: 4, toFloat32: (data, shape) => decode(data, { shape, dtype: 'float32' }) },
  F16: {
    bytes: 2,
    toFloat32: (data, shape) =>
      decode(data, { shape, dtype: 'float32', quantization: { dtype: 'float16' } }),
  },
  BF16: { bytes: 2, toFloat32: async (data) => upperHalves(data) },
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
 * Safetensors (https://huggingface.co/docs/safetensors): eight bytes of header length, a JSON header,
 * the numbers. Tensors are named `layer/weight` or `layer.weight`.
 */
export const safetensors: WeightFormat = {
  name: 'safetensors',
  extensions: ['.safetensors'],
  matches: (head) => head[8] === '{'.charCodeAt(0) && head[6] === 0 && head[7] === 0,
  async read(path) {
    const file = await open(path);
    try {
      const { header, dataStart } = await readHeader(file);
      const size = (await file.stat()).size - dataStart;
      const entries = Object.entries(header)
        .filter(([name]) => name !== '__metadata__')
        .map(([name, tensor]) => {
          checkTensor(name, tensor, size, path);
          return tensorEntry(file, name, tensor, dataStart);
        });
      return {
        path,
        format: this.name,
        entries,
        ordered: false,
        architecture: null,
        close: () => file.close(),
      };
    } catch (error) {
      await file.close();
      throw error;
    }
  },
};

/** A tensor to write. */
export interface NamedTensor {
  readonly layer: string;
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Writes float32 tensors as `layer/name`; the same tensors give the same bytes, whatever their order. */
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
    throw new Error(`it announces a header of ${length} bytes`);
  }
  const header = JSON.parse((await readExactly(file, 8, length)).toString());
  return { header, dataStart: 8 + length };
}

function checkTensor(name: string, tensor: TensorHeader, size: number, path: string): void {
  const type = types[tensor.dtype];
  if (!type) {
    throw new InputError(
      `${path}: ${name} is of type ${tensor.dtype}; those that can be read are ${Object.keys(types).join(', ')}`,
    );
  }
  if (!Array.isArray(tensor.shape) || !Array.isArray(tensor.data_offsets)) {
    throw new Error(`its header gives ${name} no shape or no place`);
  }
  const [start, end] = tensor.data_offsets;
  const bytes = tensor.shape.reduce((product, each) => product * each, type.bytes);
  if (start >= 0 && end - start === bytes && end <= size) return;
  throw new Error(`${name} takes ${bytes} bytes, and its place is ${start} to ${end} of ${size}`);
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
      return types[dtype]?.toFloat32(data, shape) ?? new Float32Array();
    },
  };
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer;
}

/** bfloat16 is the upper half of a float32. */
function upperHalves(data: Buffer): Float32Array {
  const bits = Uint32Array.from(
    { length: data.length / 2 },
    (_, i) => data.readUInt16LE(2 * i) << 16,
  );
  return new Float32Array(bits.buffer);
}
