import type { File, Group } from 'h5wasm';
import type { Json } from '../../config/experiment.ts';
import { InputError } from '../../errors.ts';
import { splitWeightName, type WeightEntry } from './format.ts';
import { childGroup, datasetEntry, namesAttribute, stringAttribute } from './hdf5-objects.ts';

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
