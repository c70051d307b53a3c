import type { DataConfig } from '../config/experiment.ts';
import { InputError } from '../errors.ts';
import type { Hash } from '../storage/download.ts';
import type { DatasetKind, LoadContext, PictureSource } from './dataset.ts';
import { readNamed } from './files/find.ts';
import { openTree } from './files/tree.ts';
import { inMemory } from './in-memory.ts';
import { MemoryPixels } from './pixels.ts';
import { localSource } from './source.ts';

const side = 32;
const plane = side * side;

/** What distinguishes CIFAR-10 from CIFAR-100 in the binary version of https://www.cs.toronto.edu/~kriz/cifar.html. */
export interface CifarFormat {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly archive: { readonly url: string; readonly hash: Hash };
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** Bytes before the pixels of each picture; the last of them is its label. */
  readonly labelBytes: number;
}

/** A CIFAR data set from its official binary archive, or a folder of what was in it. */
export function cifar(format: CifarFormat): DatasetKind {
  return {
    name: format.name,
    classNames: format.classNames,
    imageShape: [side, side, 3],
    open: (config, context) => open(format, config, context),
  };
}

async function open(format: CifarFormat, config: DataConfig, context: LoadContext) {
  const { url, hash } = format.archive;
  const path = await localSource(
    config.source ?? url,
    config.source === null ? hash : null,
    context,
  );
  const names = [...format.trainFiles, format.testFile];
  const files = await readNamed(
    await openTree(path),
    names.map((name) => [name]),
  );
  files.forEach((bytes, i) => {
    checkFile(bytes, `${names[i]} of ${path}`, format);
  });
  return {
    classNames: format.classNames,
    train: source(Buffer.concat(files.slice(0, -1)), format),
    test: source(files.at(-1) as Buffer, format),
  };
}

function checkFile(bytes: Buffer, name: string, { labelBytes }: CifarFormat): void {
  const record = labelBytes + 3 * plane;
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new InputError(
      `data.source: ${name} has ${bytes.length} bytes, which is no multiple of the ${record} bytes of a picture`,
    );
}

/** Records are the label bytes, then the red, the green and the blue plane. */
function source(bytes: Buffer, { name, classNames, labelBytes }: CifarFormat): PictureSource {
  const record = labelBytes + 3 * plane;
  const count = bytes.length / record;
  const labels = new Int32Array(count);
  const pixels = new Uint8Array(count * 3 * plane);
  for (let i = 0; i < count; i++) {
    const start = i * record + labelBytes;
    const label = bytes[start - 1] as number;
    if (label >= classNames.length)
      throw new InputError(
        `data.source: picture ${i} has label ${label}; ${name} has labels 0 to ${classNames.length - 1}`,
      );
    labels[i] = label;
    for (let at = 0; at < plane; at++)
      for (let channel = 0; channel < 3; channel++)
        pixels[(i * plane + at) * 3 + channel] = bytes[start + channel * plane + at] as number;
  }
  const stored = new MemoryPixels(pixels, 3 * plane);
  return inMemory({ height: side, width: side, channels: 3, pixels: stored, labels });
}
