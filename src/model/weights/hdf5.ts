import type { File, Group } from 'h5wasm';
import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import { type KerasLayer, splitWeightName, type WeightEntry, type WeightFormat } from './format.ts';
import {
  childGroup,
  datasetEntry,
  hdf5Reason,
  namesAttribute,
  stringAttribute,
} from './hdf5-objects.ts';
import { indexedEntries, isIndexedLayout } from './keras3-layout.ts';

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/**
 * Keras' two layouts of HDF5: `.h5`, which names layers and weights (keras.applications, Keras 1 to
 * 3), and `.weights.h5`, which numbers them (Keras 2.12 and later).
 */
export const hdf5: WeightFormat = {
  name: 'Keras HDF5',
  extensions: ['.h5', '.hdf5'],
  matches: (head) => SIGNATURE.equals(head.subarray(0, SIGNATURE.length)),
  async read(path, layers) {
    const file = await openHdf5(path);
    try {
      return {
        path,
        format: this.name,
        entries: layoutEntries(file, path, layers),
        ordered: true,
        architecture: modelConfig(file),
        async close() {
          file.close();
        },
      };
    } catch (error) {
      file.close();
      throw error;
    }
  },
};

function layoutEntries(
  file: File,
  path: string,
  layers: readonly KerasLayer[] | null,
): WeightEntry[] {
  if (isNamedLayout(file)) return namedEntries(file);
  if (isIndexedLayout(file)) return indexedEntries(file, path, layers);
  throw new InputError(
    `${path} is an HDF5 file, but no Keras one: it holds ${file.keys().join(', ') || 'nothing'}, ` +
      'where Keras writes layer_names, model_weights or layers',
  );
}

/** Opens a file of the disk as it is; only what is asked for is read. */
export async function openHdf5(path: string): Promise<File> {
  const { default: h5wasm } = await import('h5wasm/node');
  const library = await h5wasm.ready;
  library.activate_throwing_error_handler();
  try {
    return new h5wasm.File(path, 'r');
  } catch (error) {
    throw new Error(hdf5Reason(error));
  }
}

/**
 * The HDF5 layout of keras.applications and of `.h5` files (keras/src/legacy/saving/legacy_h5_format.py):
 * attribute `layer_names` at the root, or in `model_weights` of a whole model, and `weight_names` in
 * the group of each layer.
 */
export function isNamedLayout(file: File): boolean {
  return namesAttribute(weightsGroup(file), 'layer_names') !== null;
}

export function namedEntries(file: File): WeightEntry[] {
  const group = weightsGroup(file);
  return (namesAttribute(group, 'layer_names') ?? []).flatMap((name) => {
    const layer = childGroup(group, name);
    if (layer) return layerEntries(layer, name);
    throw new InputError(
      `${file.filename} names a layer ${name}, but holds no group of that name: the file is broken`,
    );
  });
}

/** The whole model's configuration; `null` in a file of weights alone. */
export function modelConfig(file: File): Json | null {
  const text = stringAttribute(file, 'model_config');
  return text === null ? null : (JSON.parse(text) as Json);
}

function weightsGroup(file: File): Group {
  return childGroup(file, 'model_weights') ?? file;
}

function layerEntries(group: Group, name: string): WeightEntry[] {
  const paths = namesAttribute(group, 'weight_names') ?? [];
  const layers = new Set(paths.map((path) => splitWeightName(path).layer));
  const isModel = layers.size > 1 || isScopedModel(paths, name);
  return paths.map((path) => {
    const split = splitWeightName(path);
    return datasetEntry(group, path, isModel ? split.layer : name, split.name);
  });
}

/** Keras 3 writes `inner/conv/kernel` for a model within a model, and `conv/kernel` for a layer. */
function isScopedModel(paths: readonly string[], name: string): boolean {
  return (
    paths.length > 0 &&
    paths.every((path) => path.split('/').length > 2 && path.startsWith(`${name}/`))
  );
}
