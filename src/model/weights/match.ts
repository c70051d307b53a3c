import { didYouMean } from '../../common/did-you-mean.ts';
import { InputError } from '../../common/errors.ts';
import type { Shape } from '../graph.ts';
import type { WeightEntry, WeightFile } from './format.ts';

/** The weights of a layer in the order of Keras: trainable ones first. */
export interface LayerWeights {
  readonly layer: string;
  readonly weights: readonly { readonly name: string; readonly shape: Shape }[];
}

const MAX_SHOWN = 5;

/**
 * Renames the layers of a file to those of the model, in order, unless the names are equal. Keras does the same for the files
 * of keras.applications (`load_weights_from_hdf5_group`).
 *
 * @param layers the layers of the whole network in the order of Keras
 */
export function renameInOrder(layers: readonly LayerWeights[], file: WeightFile): WeightFile {
  const weighted = layers.filter(({ weights }) => weights.length > 0);
  const stored = [...new Set(file.entries.map((entry) => entry.layer))];
  if (weighted.length !== stored.length) return file;
  if (weighted.every(({ layer }) => stored.includes(layer))) return file;
  const names = new Map(stored.map((name, i) => [name, weighted[i]?.layer ?? name]));
  const entries = file.entries.map((entry) => ({
    ...entry,
    layer: names.get(entry.layer) ?? entry.layer,
  }));
  return { ...file, entries };
}

/**
 * Returns the entries of the file for the weights of each layer. Layers are matched by name. The weights of a layer are matched
 * by name, or by order if the names differ, as in Keras: the oldest files of keras.applications have `block1_conv1_W_1` instead
 * of `kernel`, and Keras 3 has `kernel` instead of `depthwise_kernel`. Other layers of the file are ignored.
 *
 * @throws InputError that lists layers without weights and weights with another shape.
 */
export function matchWeights(
  layers: readonly LayerWeights[],
  file: WeightFile,
): ReadonlyMap<string, readonly WeightEntry[]> {
  const stored = new Map<string, WeightEntry[]>();
  for (const entry of file.entries.filter(isWeight)) {
    stored.set(entry.layer, [...(stored.get(entry.layer) ?? []), entry]);
  }
  const weighted = layers.filter(({ weights }) => weights.length > 0);
  const matched = new Map<string, readonly WeightEntry[]>();
  const problems: string[] = [];
  for (const layer of weighted) {
    const entries = stored.get(layer.layer);
    const sorted = entries && sortEntries(layer, entries, file.ordered);
    if (!entries) problems.push(missingLayer(layer.layer, [...stored.keys()]));
    else if (!sorted) problems.push(differentWeights(layer, entries));
    else problems.push(...shapeProblems(layer, sorted));
    if (sorted) matched.set(layer.layer, sorted);
  }
  if (problems.length === 0) return matched;
  const cut = lastLayerWithin(layers, stored);
  if (cut !== null && matched.size === weighted.length - problems.length) {
    throw new InputError(
      `the weights in ${file.path} end after ${cut}; cut: ${cut} leaves out the layers after it`,
    );
  }
  const more = problems.length > MAX_SHOWN ? [`and ${problems.length - MAX_SHOWN} more`] : [];
  throw new InputError(
    [
      `the weights in ${file.path} (${file.format}, ${stored.size} layers with weights) do not fit the model (${weighted.length} layers with weights):`,
      ...problems.slice(0, MAX_SHOWN),
      ...more,
    ].join('\n  '),
  );
}

/**
 * Returns the last layer before the first one that a file has no weights for, if the file ends there; `null` if it has
 * weights of later layers, or of none before.
 */
function lastLayerWithin(
  layers: readonly LayerWeights[],
  stored: ReadonlyMap<string, unknown>,
): string | null {
  const isMissing = ({ layer, weights }: LayerWeights) => weights.length > 0 && !stored.has(layer);
  const first = layers.findIndex(isMissing);
  const isStored = ({ layer }: LayerWeights) => stored.has(layer);
  if (first < 1 || !layers.slice(0, first).some(isStored)) return null;
  return layers.slice(first).some(isStored) ? null : (layers[first - 1]?.layer ?? null);
}

/**
 * Returns `false` for scalars, which no layer has as a weight. `Normalization` in Keras stores one, its count
 * (keras/src/layers/preprocessing/normalization.py).
 */
function isWeight({ shape }: WeightEntry): boolean {
  return shape.length > 0;
}

/** Sorts entries like the weights of a layer; returns `null` if they are different weights. */
function sortEntries(
  { weights }: LayerWeights,
  entries: readonly WeightEntry[],
  ordered: boolean,
): readonly WeightEntry[] | null {
  if (entries.length !== weights.length) return null;
  const byName = weights.flatMap(({ name }) => entries.find((entry) => entry.name === name) ?? []);
  if (byName.length === weights.length) return byName;
  return ordered ? entries : null;
}

function shapeProblems(
  { layer, weights }: LayerWeights,
  entries: readonly WeightEntry[],
): string[] {
  return weights.flatMap(({ name, shape }, i) => {
    const entry = entries[i];
    if (!entry || sameShape(shape, entry.shape)) return [];
    // Keras has grouped convolutions and layer scales, whose weights are the same numbers in another shape.
    if (name === 'depthwise_kernel' && sameShape(longAxes(shape), longAxes(entry.shape))) return [];
    return `layer ${layer}: ${name} has the shape ${formatShape(shape)} in the model, and ${formatShape(entry.shape)} in the file`;
  });
}

function differentWeights(
  { layer, weights }: LayerWeights,
  entries: readonly WeightEntry[],
): string {
  const names = weights.map(({ name }) => name).join(', ');
  const stored = entries.map((entry, i) => entry.name ?? String(i)).join(', ');
  return `layer ${layer} has the weights ${names} in the model, and ${stored} in the file`;
}

function missingLayer(layer: string, stored: readonly string[]): string {
  return `layer ${layer} has no weights in the file${didYouMean(layer, stored)}`;
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function longAxes(shape: Shape): Shape {
  return shape.filter((size) => size !== 1);
}

function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
