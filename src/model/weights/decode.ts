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
