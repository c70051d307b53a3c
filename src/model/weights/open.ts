import { open } from 'node:fs/promises';
import { InputError } from '../../common/errors.ts';
import { OPEN_AT_ONCE, requireRegularFile } from '../../common/files.ts';
import { requireAllowed } from '../../common/sandbox.ts';
import type { KerasLayer, WeightFile, WeightFormat } from './format.ts';
import { keras } from './keras.ts';
import { kerasHdf5 } from './keras-hdf5.ts';
import { pytorch } from './pytorch.ts';
import { safetensors } from './safetensors.ts';
import { tfjs } from './tfjs.ts';

/**
 * Safetensors comes before JSON, because the length of its header can start with the byte `{`. PyTorch comes before Keras:
 * both are ZIP archives, and PyTorch's have a folder.
 */
const formats: readonly WeightFormat[] = [safetensors, kerasHdf5, pytorch, keras, tfjs];

/**
 * Opens a weight file and detects its format.
 *
 * @param layers see {@link WeightFormat.read}
 * @throws InputError if the file does not exist, has an unknown format or is damaged.
 */
export async function openWeights(
  path: string,
  layers: readonly KerasLayer[] | null = null,
): Promise<WeightFile> {
  requireAllowed(path);
  const format = await detectFormat(path);
  return format.read(path, layers).catch((error) => asInputError(error, path));
}

/** Detects the format from the first bytes. @throws InputError if the file does not exist or has an unknown format. */
export async function detectFormat(path: string): Promise<WeightFormat> {
  const head = await firstBytes(path);
  const format = formats.find((each) => each.matches(head));
  if (format) return format;
  const start = JSON.stringify(Buffer.from(head.subarray(0, 8)).toString('latin1'));
  const known = formats.flatMap((each) => each.extensions).join(', ');
  throw new InputError(
    `${path} is not a weight file: it starts with ${start}. Supported formats: ${known}`,
  );
}

/** Any error of a reader means that the file is damaged. */
function asInputError(error: Error, path: string): never {
  if (error instanceof InputError) throw error;
  throw new InputError(`${path} is truncated or damaged: ${error.message}`);
}

/** Enough for the name of the first file of a ZIP archive. */
const HEAD_BYTES = 512;

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, OPEN_AT_ONCE);
    try {
      requireRegularFile(path, await file.stat());
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(
      code === 'ENOENT'
        ? `there is no weight file ${path}`
        : `cannot read the weight file ${path}: ${message}`,
    );
  }
}
