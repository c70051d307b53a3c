import { open } from 'node:fs/promises';
import { InputError } from '../../common/errors.ts';
import type { KerasLayer, WeightFile, WeightFormat } from './format.ts';
import { hdf5 } from './hdf5.ts';
import { keras } from './keras.ts';
import { safetensors } from './safetensors.ts';
import { tfjs } from './tfjs.ts';

/** Safetensors first: its header's length can begin with the byte that stands for `{` in JSON. */
const formats: readonly WeightFormat[] = [safetensors, hdf5, keras, tfjs];

/**
 * Opens a weight file; its first bytes tell the format.
 *
 * @param layers see {@link WeightFormat.read}
 * @throws InputError when there is no such file, no format knows it, or it is broken.
 */
export async function openWeights(
  path: string,
  layers: readonly KerasLayer[] | null = null,
): Promise<WeightFile> {
  const format = await formatOf(path);
  return format.read(path, layers).catch((error) => asInputError(error, path));
}

/** @throws InputError when there is no such file, or no format knows it. */
export async function formatOf(path: string): Promise<WeightFormat> {
  const head = await firstBytes(path);
  const format = formats.find((each) => each.matches(head));
  if (format) return format;
  const begins = JSON.stringify(Buffer.from(head.subarray(0, 8)).toString('latin1'));
  const known = formats.flatMap((each) => each.extensions).join(', ');
  throw new InputError(
    `${path} is no weight file: it begins with ${begins}. Files that can be read: ${known}`,
  );
}

/** What a format's own reading, a library's or JSON's stumbles over is the file's fault. */
function asInputError(error: Error, path: string): never {
  if (error instanceof InputError) throw error;
  throw new InputError(`${path} is cut short or broken: ${error.message}`);
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
