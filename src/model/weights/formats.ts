import { open } from 'node:fs/promises';
import { InputError } from '../../errors.ts';
import type { KerasLayer, WeightFile, WeightFormat } from './format.ts';
import { hdf5 } from './hdf5.ts';
import { keras } from './keras.ts';
import { safetensors } from './safetensors.ts';
import { tfjs } from './tfjs.ts';

const formats: readonly WeightFormat[] = [hdf5, keras, tfjs, safetensors];

/** Every ending of a weight file that can be read, e.g. `.h5`. */
export const weightExtensions: readonly string[] = formats.flatMap((format) => format.extensions);

/**
 * Opens a weight file; its first bytes tell the format.
 *
 * @param layers see {@link WeightFormat.read}
 * @throws InputError when there is no such file or no format knows it.
 */
export async function openWeights(
  path: string,
  layers: readonly KerasLayer[] | null = null,
): Promise<WeightFile> {
  const head = await firstBytes(path);
  const format = formats.find((each) => each.matches(head));
  if (format) return format.read(path, layers);
  throw new InputError(
    `${path} is no weight file: it begins with ${JSON.stringify(Buffer.from(head.subarray(0, 8)).toString('latin1'))}. ` +
      `Files that can be read: ${weightExtensions.join(', ')}`,
  );
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new InputError(`cannot read the weight file ${path}: ${(error as Error).message}`);
  }
}
