import type { File } from 'h5wasm';
import { InputError } from '../../errors.ts';
import type { KerasLayer, WeightEntry, WeightFormat } from './format.ts';
import { hdf5Reason } from './hdf5-objects.ts';
import { indexedEntries, isIndexedLayout } from './keras3-layout.ts';
import { isNamedLayout, modelConfig, namedEntries } from './legacy-layout.ts';

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
