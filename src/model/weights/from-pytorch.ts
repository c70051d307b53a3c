import { type Graph, INPUT, type Shape } from '../graph.ts';
import { elementCount } from '../layers/args.ts';
import type { WeightSpec } from '../layers/layer.ts';
import { type LayerSummary, summarize } from '../shapes.ts';
import type { WeightEntry, WeightFile } from './format.ts';
import { rowMajorStrides, toRowMajor } from './strides.ts';

/** The names of weights in PyTorch, by their names in Keras. */
const NAMES: Readonly<Record<string, string>> = {
  kernel: 'weight',
  depthwise_kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/**
 * Converts a file of PyTorch to the names and the layout of Keras: convolutions from [out, in, height, width], dense layers
 * from [out, in], and flattened images from [channels, height, width].
 *
 * @param graph the whole network
 * @param moduleOf returns the module of a layer in PyTorch
 * @returns the file; entries that belong to no layer keep their names
 */
export function fromPytorch(
  file: WeightFile,
  graph: Graph,
  moduleOf: (layer: string) => string,
): WeightFile {
  const layers = summarize(graph);
  const weighted = layers.filter(({ weights }) => weights.length > 0);
  const byModule = new Map(weighted.map((layer) => [moduleOf(layer.name), layer]));
  const entries = file.entries.map((entry) => {
    const layer = byModule.get(entry.layer);
    if (!layer) return entry;
    const weight = layer.weights.find(({ name }) => NAMES[name] === entry.name);
    if (!weight) return { ...entry, layer: layer.name };
    const image = flattenedImage(layer, layers, graph.inputShape);
    return { ...reordered(entry, weight, image), layer: layer.name, name: weight.name };
  });
  return { ...file, entries };
}

/** Returns a weight with its axes in the order of Keras. */
function reordered(entry: WeightEntry, weight: WeightSpec, image: Shape | null): WeightEntry {
  const { shape, axes } = layoutOf(entry.shape, weight, image);
  const strides = rowMajorStrides(shape);
  const inOrder = (list: readonly number[]) => axes.map((axis) => list[axis] ?? 0);
  const sizes = inOrder(shape);
  // The axes of a flattened image become one.
  const merged = 1 + Math.max(0, sizes.length - weight.shape.length);
  return {
    ...entry,
    shape: [elementCount(sizes.slice(0, merged)), ...sizes.slice(merged)],
    read: async () => toRowMajor(await entry.read(), sizes, inOrder(strides)),
  };
}

interface Layout {
  /** The shape in PyTorch, in which each axis has one meaning. */
  readonly shape: Shape;
  /** The axes of `shape` in the order of Keras. */
  readonly axes: readonly number[];
}

/** @param image the shape of the flattened image to which the weight applies; `null` if there is none */
function layoutOf(shape: Shape, { name, shape: wanted }: WeightSpec, image: Shape | null): Layout {
  const [outputs = 0, inputs = 0, ...window] = shape;
  const [height = 0, width = 0, channels = 0] = image ?? [];
  const isFlattened = image !== null && elementCount(image) === shape.at(-1);
  if (shape.length === 4 && name === 'depthwise_kernel') {
    // The filters of a channel follow each other.
    const filters = wanted[3] ?? 1;
    return { shape: [outputs / filters, filters * inputs, ...window], axes: [2, 3, 0, 1] };
  }
  if (shape.length === 4) return { shape, axes: [2, 3, 1, 0] };
  if (shape.length === 2 && isFlattened) {
    return { shape: [outputs, channels, height, width], axes: [2, 3, 1, 0] };
  }
  if (shape.length === 2) return { shape, axes: [1, 0] };
  if (shape.length === 1 && isFlattened) {
    return { shape: [channels, height, width], axes: [1, 2, 0] };
  }
  return { shape, axes: shape.map((_, axis) => axis) };
}

/** Returns the shape of the image that became the input of a layer by `flatten`; `null` if there is none. */
function flattenedImage(
  layer: LayerSummary,
  layers: readonly LayerSummary[],
  inputShape: Shape,
): Shape | null {
  const before = layers.find(({ name }) => name === layer.inputs[0]);
  if (!before || layer.inputs.length > 1) return null;
  if (before.kind === 'flatten') {
    const [name = INPUT] = before.inputs;
    const shape = layers.find((each) => each.name === name)?.outputShape ?? inputShape;
    return shape.length === 3 ? shape : null;
  }
  const keepsOrder =
    before.outputShape.length === 1 && before.kind !== 'dense' && before.kind !== 'reshape';
  return keepsOrder ? flattenedImage(before, layers, inputShape) : null;
}
