import type { Json } from '../../common/json.ts';
import type { Shape } from '../graph.ts';

/** One tensor of a weight file; its numbers stay on disk until they are asked for. */
export interface WeightEntry {
  readonly layer: string;
  /**
   * `kernel`, `gamma`, `moving_mean`, …; `null` in Keras 3's layout, which numbers a layer's weights
   * in the order of Keras (trainable ones first) and does not name them.
   */
  readonly name: string | null;
  readonly shape: Shape;
  /** As the file says, e.g. `float32`. */
  readonly dtype: string;
  /** The numbers in row-major order, as float32 whatever the file's own type is. */
  read(): Promise<Float32Array>;
}

export interface WeightFile {
  readonly path: string;
  /** The format's name. */
  readonly format: string;
  readonly entries: readonly WeightEntry[];
  /** Whether the weights of a layer come in Keras' order, so that they can be told apart without names. */
  readonly ordered: boolean;
  /** The model as Keras describes it (`class_name`, `config`), where the file holds one. */
  readonly architecture: Json | null;
  close(): Promise<void>;
}

/** A layer and those within it, in the order of Keras' `model.layers`. */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly layers: readonly KerasLayer[];
}

/** How weights lie in a file. Adding one is such a file and its line in `formats.ts`. */
export interface WeightFormat {
  readonly name: string;
  readonly extensions: readonly string[];
  /** Whether a file that begins with these bytes is one. */
  matches(head: Uint8Array): boolean;
  /**
   * @param layers the layers of the network that the weights are for: Keras files from before 3.6
   *   name neither weights nor layers, and only the order of the layers tells whose weights they are.
   * @throws InputError when the file holds something else, any error when it is broken.
   */
  read(path: string, layers: readonly KerasLayer[] | null): Promise<WeightFile>;
}

/**
 * `conv1/kernel:0` to layer `conv1`, weight `kernel`. Scopes before the layer, which Keras writes for
 * models within models (`inner/conv1/kernel`), are left out.
 */
export function splitWeightName(name: string): { layer: string; name: string } {
  const parts = name.replace(/:\d+$/, '').split('/');
  return { layer: parts.at(-2) ?? '', name: parts.at(-1) ?? '' };
}

/** How a tensor's numbers are written, in the words of a tfjs weight manifest. */
export interface Encoding {
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  /** float32 stored smaller: half precision, or whole numbers of which value = scale × number + min. */
  readonly quantization?: {
    readonly dtype: 'uint8' | 'uint16' | 'float16';
    readonly scale?: number;
    readonly min?: number;
  };
}

/** Little-endian bytes to numbers, by TensorFlow.js' own decoder where they are not float32 already. */
export async function decode(bytes: Uint8Array, encoding: Encoding): Promise<Float32Array> {
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (encoding.dtype === 'float32' && !encoding.quantization) {
    return new Float32Array(data as ArrayBuffer);
  }
  const { enableProdMode, io } = await import('@tensorflow/tfjs');
  // Otherwise tfjs advertises tfjs-node where no engine has been started.
  enableProdMode();
  const tensor = io.decodeWeights(data as ArrayBuffer, [{ ...encoding, name: 'it' }]).it;
  if (!tensor) throw new Error('decodeWeights gave nothing');
  const numbers = await tensor.data();
  tensor.dispose();
  return Float32Array.from(numbers);
}
