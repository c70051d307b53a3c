import { type FileHandle, open } from 'node:fs/promises';
import type { Json } from '../../common/json.ts';
import type { Shape } from '../graph.ts';

/** A tensor in a weight file. Its values are read when they are needed. */
export interface WeightEntry {
  readonly layer: string;
  /**
   * `kernel`, `gamma`, `moving_mean`, …; `null` in the layout of Keras 3, which numbers the weights of a layer in the order
   * of Keras (trainable ones first).
   */
  readonly name: string | null;
  readonly shape: Shape;
  /** The dtype in the file, e.g. `float32`. */
  readonly dtype: string;
  /** Returns the values in row-major order, converted to float32. */
  read(): Promise<Float32Array>;
}

export interface WeightFile {
  readonly path: string;
  /** The name of the format. */
  readonly format: string;
  readonly entries: readonly WeightEntry[];
  /** The weights of each layer are in the order of Keras, so they can be identified without names. */
  readonly ordered: boolean;
  /** The Keras configuration of the model (`class_name`, `config`); `null` if the file has weights only. */
  readonly architecture: Json | null;
  close(): Promise<void>;
}

/** A layer with its nested layers, in the order of `model.layers` in Keras. */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly layers: readonly KerasLayer[];
}

/** A format of weight files. All formats are listed in `open.ts`. */
export interface WeightFormat {
  readonly name: string;
  readonly extensions: readonly string[];
  /** Returns `true` if a file that starts with these bytes has this format. */
  matches(head: Uint8Array): boolean;
  /**
   * @param layers the layers of the network, needed for files of Keras before 3.6 that have no names of layers
   * @throws InputError if the content is unsupported, or any error if the file is damaged.
   */
  read(path: string, layers: readonly KerasLayer[] | null): Promise<WeightFile>;
}

/**
 * Opens a file that has weights only, named and in any order. `read` returns its tensors, which read their values later.
 * The file is closed if that fails.
 */
export async function openTensorFile(
  path: string,
  format: string,
  read: (file: FileHandle) => Promise<readonly WeightEntry[]>,
): Promise<WeightFile> {
  const file = await open(path);
  try {
    const entries = await read(file);
    return { path, format, entries, ordered: false, architecture: null, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Splits `conv1/kernel:0` to the layer `conv1` and the weight `kernel`. The names of nested models before the layer
 * (`inner/conv1/kernel`) are removed.
 */
export function splitWeightName(name: string): { layer: string; name: string } {
  const parts = name.replace(/:\d+$/, '').split('/');
  return { layer: parts.at(-2) ?? '', name: parts.at(-1) ?? '' };
}

/** Returns `true` for a list of sizes. */
export function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The encoding of a tensor, in the format of a tfjs weight manifest. */
export interface Encoding {
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  /** Compressed float32: half precision, or integers with value = scale × integer + min. */
  readonly quantization?: {
    readonly dtype: 'uint8' | 'uint16' | 'float16';
    readonly scale?: number;
    readonly min?: number;
  };
}

/** Decodes little-endian bytes; dtypes other than float32 by the decoder of TensorFlow.js. */
export async function decode(bytes: Uint8Array, encoding: Encoding): Promise<Float32Array> {
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (encoding.dtype === 'float32' && !encoding.quantization) {
    return new Float32Array(data as ArrayBuffer);
  }
  const { enableProdMode, io } = await import('@tensorflow/tfjs');
  // In other modes tfjs recommends tfjs-node if no engine has been started.
  enableProdMode();
  const tensor = io.decodeWeights(data as ArrayBuffer, [{ ...encoding, name: 'tensor' }]).tensor;
  if (!tensor) throw new Error('decodeWeights returned no tensor');
  const values = await tensor.data();
  tensor.dispose();
  return Float32Array.from(values);
}

/** Converts bfloat16, which is the upper half of a float32. */
export function fromBfloat16(data: Buffer): Float32Array {
  const bits = Uint32Array.from(
    { length: data.length / 2 },
    (_, i) => data.readUInt16LE(2 * i) << 16,
  );
  return new Float32Array(bits.buffer);
}
