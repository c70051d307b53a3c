import type { File, Group } from 'h5wasm';
import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import { type KerasLayer, splitWeightName, type WeightEntry, type WeightFormat } from './format.ts';
import { childGroup, datasetEntry, namesAttribute, openHdf5, stringAttribute } from './hdf5.ts';

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/**
 * The two HDF5 layouts of Keras: `.h5`, in which layers and weights have names (keras.applications, Keras 1 to 3), and
 * `.weights.h5`, in which they have numbers (Keras 2.12 and later).
 */
export const kerasHdf5: WeightFormat = {
  name: 'Keras HDF5',
  extensions: ['.h5', '.hdf5'],
  matches: (head) => SIGNATURE.equals(head.subarray(0, SIGNATURE.length)),
  async read(path, layers) {
    const file = await openHdf5(path);
    try {
      return {
        path,
        format: this.name,
        entries: readEntries(file, path, layers),
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

function readEntries(
  file: File,
  path: string,
  layers: readonly KerasLayer[] | null,
): WeightEntry[] {
  if (namesAttribute(weightsGroup(file), 'layer_names') !== null) return namedEntries(file);
  if (layersGroup(file) !== null) return indexedEntries(file, path, layers);
  throw new InputError(
    `${path} is an HDF5 file, but not from Keras: it contains ${file.keys().join(', ') || 'nothing'} instead of ` +
      'layer_names, model_weights or layers',
  );
}

/** Returns the configuration of the model; `null` if the file has weights only. */
function modelConfig(file: File): Json | null {
  const text = stringAttribute(file, 'model_config');
  return text === null ? null : (JSON.parse(text) as Json);
}

function weightsGroup(file: File): Group {
  return childGroup(file, 'model_weights') ?? file;
}

/**
 * Reads the layout with names (keras/src/legacy/saving/legacy_h5_format.py). The root, or `model_weights` of a whole model,
 * has the attribute `layer_names`; the group of each layer has `weight_names`.
 */
function namedEntries(file: File): WeightEntry[] {
  const group = weightsGroup(file);
  return (namesAttribute(group, 'layer_names') ?? []).flatMap((name) => {
    const layer = childGroup(group, name);
    if (layer) return layerEntries(layer, name);
    throw new InputError(
      `${file.filename} is damaged: it lists the layer ${name}, but has no group of that name`,
    );
  });
}

function layerEntries(group: Group, name: string): WeightEntry[] {
  const paths = namesAttribute(group, 'weight_names') ?? [];
  const layers = new Set(paths.map((path) => splitWeightName(path).layer));
  const isModel = layers.size > 1 || isNestedModel(paths, name);
  return paths.map((path) => {
    const split = splitWeightName(path);
    return datasetEntry(group, path, isModel ? split.layer : name, split.name);
  });
}

/** Keras 3 writes `inner/conv/kernel` for a nested model, and `conv/kernel` for a layer, whose name may contain a slash. */
function isNestedModel(paths: readonly string[], name: string): boolean {
  return (
    paths.length > 0 &&
    paths.every((path) => path.startsWith(`${name}/`) && path.slice(name.length + 1).includes('/'))
  );
}

const LAYERS = 'layers';
/** The name in Keras 2.12. */
const EARLY_LAYERS = '_layer_checkpoint_dependencies';

/**
 * Reads the layout with numbers, also in `.keras` files (keras/src/saving/saving_lib.py). Groups such as
 * `layers/conv2d_1/vars` are named after the class and its position in `model.layers`, and contain datasets 0, 1, … Since
 * Keras 3.6 an attribute of `vars` contains the name of the layer.
 *
 * @param layers name the groups of older files; weights of other layers are ignored
 * @throws InputError if `layers` is needed and `null`.
 */
export function indexedEntries(
  file: File,
  path: string,
  layers: readonly KerasLayer[] | null,
): WeightEntry[] {
  const group = layersGroup(file);
  return group ? groupEntries(group, path, layers && byGroupName(layers)) : [];
}

function layersGroup(parent: Group): Group | null {
  return childGroup(parent, LAYERS) ?? childGroup(parent, EARLY_LAYERS);
}

function groupEntries(
  group: Group,
  path: string,
  known: ReadonlyMap<string, KerasLayer> | null,
): WeightEntry[] {
  return group.keys().flatMap((key) => {
    const child = childGroup(group, key);
    if (!child) return [];
    const nested = layersGroup(child);
    const layer = known?.get(key);
    if (nested) return groupEntries(nested, path, layer ? byGroupName(layer.layers) : null);
    const vars = childGroup(child, 'vars');
    if (!vars || vars.keys().length === 0) return [];
    const name = stringAttribute(vars, 'name') ?? layer?.name;
    if (name === undefined && known) return [];
    if (name === undefined) throw unnamedLayerError(path, `${group.path}/${key}`);
    return vars
      .keys()
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => datasetEntry(vars, index, name, null));
  });
}

/** Returns layers by the names of their groups: `conv2d`, `conv2d_1`, … */
function byGroupName(layers: readonly KerasLayer[]): Map<string, KerasLayer> {
  const counts = new Map<string, number>();
  return new Map(
    layers.map((layer) => {
      const name = snakeCase(layer.className);
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      return [count === 0 ? name : `${name}_${count}`, layer];
    }),
  );
}

/** Converts `MaxPooling2D` to `max_pooling2d` like `to_snake_case` of keras/src/utils/naming.py. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function unnamedLayerError(path: string, group: string): InputError {
  return new InputError(
    `${path} was written by a Keras version before 3.6, which saved no names of layers. The layer of ${group} is unknown, ` +
      'because the file does not contain the model. Save the whole model instead (model.save("….keras")), or save the ' +
      'weights with Keras 3.6 or later',
  );
}
