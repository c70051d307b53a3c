import { didYouMean } from '../../common/did-you-mean.ts';
import { InputError } from '../../common/errors.ts';
import type { Shape } from '../graph.ts';
import type { WeightEntry, WeightFile } from './format.ts';

/** A layer that wants weights, and which, in Keras' order: trainable ones first. */
export interface LayerWeights {
  readonly layer: string;
  readonly weights: readonly { readonly name: string; readonly shape: Shape }[];
}

const SHOWN = 5;

/**
 * A file whose layers are called otherwise than the model's, under the model's names, one after another:
 * how Keras loads the files of keras.applications (`load_weights_from_hdf5_group`).
 *
 * @param layers those of the whole network, in Keras' order.
 */
export function namedInOrder(layers: readonly LayerWeights[], file: WeightFile): WeightFile {
  const wanting = layers.filter(({ weights }) => weights.length > 0);
  const held = [...new Set(file.entries.map((entry) => entry.layer))];
  if (wanting.length !== held.length || wanting.every(({ layer }) => held.includes(layer)))
    return file;
  const names = new Map(held.map((name, i) => [name, wanting[i]?.layer ?? name]));
  const entries = file.entries.map((entry) => ({
    ...entry,
    layer: names.get(entry.layer) ?? entry.layer,
  }));
  return { ...file, entries };
}

/**
 * For each weight of each layer the entry of the file that holds it. Layers go by name; a layer's
 * weights go by name where the file has the model's names and otherwise by their order, as Keras
 * does it (keras.applications' oldest files call `kernel` `block1_conv1_W_1`; Keras 3 calls the
 * `depthwise_kernel` of Keras 2 and TensorFlow.js `kernel`). Layers that only the file has are left.
 *
 * @throws InputError naming each layer without weights and each weight whose shape does not fit.
 */
export function matchWeights(
  layers: readonly LayerWeights[],
  file: WeightFile,
): ReadonlyMap<string, readonly WeightEntry[]> {
  const held = new Map<string, WeightEntry[]>();
  for (const entry of file.entries.filter(isWeight)) {
    held.set(entry.layer, [...(held.get(entry.layer) ?? []), entry]);
  }
  const wanting = layers.filter(({ weights }) => weights.length > 0);
  const matched = new Map<string, readonly WeightEntry[]>();
  const problems: string[] = [];
  for (const wanted of wanting) {
    const entries = held.get(wanted.layer);
    const found = entries && inOrderOf(wanted, entries, file.ordered);
    if (!entries) problems.push(missingLayer(wanted.layer, [...held.keys()]));
    else if (!found) problems.push(differentWeights(wanted, entries));
    else problems.push(...shapeProblems(wanted, found));
    if (found) matched.set(wanted.layer, found);
  }
  if (problems.length === 0) return matched;
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  throw new InputError(
    [
      `the weights in ${file.path} (${file.format}, ${held.size} layers with weights) do not fit the model (${wanting.length} layers with weights):`,
      ...problems.slice(0, SHOWN),
      ...more,
    ].join('\n  '),
  );
}

/**
 * No layer here has a weight that is a single number. Keras' Normalization keeps one: of how many
 * batches its mean and variance are (keras/src/layers/preprocessing/normalization.py).
 */
function isWeight({ shape }: WeightEntry): boolean {
  return shape.length > 0;
}

/** The entries in the order of the layer's weights; `null` where they are not the same weights. */
function inOrderOf(
  { weights }: LayerWeights,
  entries: readonly WeightEntry[],
  ordered: boolean,
): readonly WeightEntry[] | null {
  if (entries.length !== weights.length) return null;
  const byName = weights.flatMap(({ name }) => entries.find((entry) => entry.name === name) ?? []);
  if (byName.length === weights.length) return byName;
  return ordered ? entries : null;
}

function shapeProblems(wanted: LayerWeights, found: readonly WeightEntry[]): string[] {
  return wanted.weights.flatMap(({ name, shape }, i) => {
    const entry = found[i];
    if (!entry || sameShape(shape, entry.shape)) return [];
    return `layer ${wanted.layer}: the model's ${name} has the shape ${show(shape)}, the file's ${show(entry.shape)}`;
  });
}

function differentWeights(wanted: LayerWeights, entries: readonly WeightEntry[]): string {
  const names = entries.map((entry, i) => entry.name ?? String(i));
  return `layer ${wanted.layer} has the weights ${wanted.weights.map(({ name }) => name).join(', ')} in the model, and ${names.join(', ')} in the file`;
}

function missingLayer(layer: string, held: readonly string[]): string {
  return `layer ${layer} has no weights in it${didYouMean(layer, held)}`;
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function show(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
