import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Entry } from 'yauzl';
import { InputError } from '../../common/errors.ts';
import { remove } from '../../common/files.ts';
import type { Json } from '../../common/json.ts';
import { openZip } from '../../common/zip.ts';
import type { KerasLayer, WeightFormat } from './format.ts';
import { openHdf5 } from './hdf5.ts';
import { indexedEntries } from './keras-hdf5.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
/** Keras stores its archives without compression, and trained weights hardly compress: a file above this ratio is an attack. */
const MAX_EXPANSION = 20;

/** Whole models of Keras 3: a ZIP archive of `config.json` and `model.weights.h5` (keras/src/saving/saving_lib.py). */
export const keras: WeightFormat = {
  name: 'Keras 3 model',
  extensions: ['.keras'],
  matches: (head) => Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PK\x03\x04',
  async read(path) {
    const folder = await mkdtemp(join(tmpdir(), 'cifar-run-keras-'));
    const removeFolder = () => remove(folder);
    try {
      const weights = join(folder, WEIGHTS);
      const architecture = await extract(path, weights);
      const file = await openHdf5(weights);
      const close = async () => {
        file.close();
        await removeFolder();
      };
      const entries = indexedEntries(file, path, layersOf(architecture));
      return { path, format: this.name, entries, ordered: true, architecture, close };
    } catch (error) {
      await removeFolder();
      throw error;
    }
  },
};

/** Extracts the weights of the archive to `target`, and returns the configuration. */
async function extract(path: string, target: string): Promise<Json> {
  const zip = await openZip(path);
  try {
    const members = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) members.set(entry.fileName, entry);
    const unpacked = [CONFIG, WEIGHTS]
      .map((name) => member(members, name, path).uncompressedSize)
      .reduce((sum, bytes) => sum + bytes);
    if (unpacked > MAX_EXPANSION * zip.fileSize) {
      throw new InputError(
        `${path} of ${zip.fileSize} bytes unpacks to ${unpacked} bytes, more than ${MAX_EXPANSION} times its size; a Keras model does not`,
      );
    }
    const config = await buffer(await zip.openReadStreamPromise(member(members, CONFIG, path)));
    const weights = await zip.openReadStreamPromise(member(members, WEIGHTS, path));
    await pipeline(weights, createWriteStream(target));
    return JSON.parse(config.toString()) as Json;
  } finally {
    zip.close();
  }
}

function member(members: ReadonlyMap<string, Entry>, name: string, path: string): Entry {
  const entry = members.get(name);
  if (entry) return entry;
  throw new InputError(
    `${path} is not a Keras model: it contains no ${name}. It contains ${[...members.keys()].join(', ') || 'nothing'}`,
  );
}

/** Returns the layers in the Keras configuration of a model (`class_name`, `config.layers`). */
export function layersOf(config: Json): KerasLayer[] {
  const layers = field(field(config, 'config'), 'layers');
  if (!Array.isArray(layers)) return [];
  return layers.map((layer: Json) => ({
    className: String(field(layer, 'class_name')),
    name: String(field(field(layer, 'config'), 'name')),
    layers: layersOf(layer),
  }));
}

function field(value: Json | undefined, name: string): Json | undefined {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;
}
