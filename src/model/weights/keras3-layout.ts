import type { File, Group } from 'h5wasm';
import { InputError } from '../../common/errors.ts';
import type { KerasLayer, WeightEntry } from './format.ts';
import { childGroup, datasetEntry, stringAttribute } from './hdf5-objects.ts';

const LAYERS = 'layers';
/** What Keras 2.12 called it. */
const EARLY_LAYERS = '_layer_checkpoint_dependencies';

/**
 * The HDF5 layout of `.weights.h5` and `.keras` (keras/src/saving/saving_lib.py): groups
 * `layers/conv2d_1/vars` named by class, the n-th of its class in `model.layers`, with data sets 0,
 * 1, … . From Keras 3.6 on an attribute of `vars` holds the layer's own name.
 */
export function isIndexedLayout(file: File): boolean {
  return layersGroup(file) !== null;
}

/**
 * @param layers tells whose weights are whose where the file has no names; what only the file has is
 *   left out.
 * @throws InputError when it is needed and not given.
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
    const inner = layersGroup(child);
    const layer = known?.get(key);
    if (inner) return groupEntries(inner, path, layer ? byGroupName(layer.layers) : null);
    const vars = childGroup(child, 'vars');
    if (!vars || vars.keys().length === 0) return [];
    const name = stringAttribute(vars, 'name') ?? layer?.name;
    if (name === undefined && known) return [];
    if (name === undefined) throw namelessLayer(path, `${group.path}/${key}`);
    return vars
      .keys()
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => datasetEntry(vars, index, name, null));
  });
}

/** Layers under the names of their groups: `conv2d`, `conv2d_1`, … in the order of the layers. */
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

/** `to_snake_case` of keras/src/utils/naming.py: `MaxPooling2D` to `max_pooling2d`. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function namelessLayer(path: string, group: string): InputError {
  return new InputError(
    `${path} was written by a Keras before 3.6, which kept the order of the layers and not their names; ` +
      `it cannot be told which layer ${group} is, because the file does not say what model it belongs to. ` +
      'Save the whole model instead (model.save("….keras")), or the weights with Keras 3.6 or later',
  );
}
