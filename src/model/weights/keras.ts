import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Entry } from 'yauzl';
import type { Json } from '../../config/experiment.ts';
import { InputError } from '../../errors.ts';
import type { WeightFormat } from './format.ts';
import { openHdf5 } from './hdf5.ts';
import { layersOf } from './keras-config.ts';
import { indexedEntries } from './keras3-layout.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';

/** Keras 3's whole models: a zip of `config.json` and `model.weights.h5` (keras/src/saving/saving_lib.py). */
export const keras: WeightFormat = {
  name: 'Keras 3 model',
  extensions: ['.keras'],
  matches: (head) => Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PK\x03\x04',
  async read(path) {
    const folder = await mkdtemp(join(tmpdir(), 'cifar-run-keras-'));
    const discard = () => rm(folder, { recursive: true, force: true });
    try {
      const weights = join(folder, WEIGHTS);
      const architecture = await unpack(path, weights);
      const file = await openHdf5(weights);
      const close = async () => {
        file.close();
        await discard();
      };
      const entries = indexedEntries(file, path, layersOf(architecture));
      return { path, format: this.name, entries, ordered: true, architecture, close };
    } catch (error) {
      await discard();
      throw error;
    }
  },
};

/** Writes the archive's weights to `target` and gives its configuration. */
async function unpack(path: string, target: string): Promise<Json> {
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(path, { autoClose: false });
  try {
    const members = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) members.set(entry.fileName, entry);
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
    `${path} is no Keras model: it lacks ${name}. It holds ${[...members.keys()].join(', ') || 'nothing'}`,
  );
}
