import { ancestors, INPUT } from './graph.ts';
import { elementCount } from './layers/args.ts';
import { kindOf, type LayerSummary } from './shapes.ts';

/** Layers before the first trained one. Their outputs for an image are constant, and are called features. */
export interface Prefix {
  /** The last layer of the prefix. Later layers read no other one. */
  readonly cut: LayerSummary;
  /** All layers of the prefix, in order. */
  readonly layers: readonly LayerSummary[];
}

/** Returns the definition of a prefix without its weights. */
export function definitionOf({ layers }: Prefix) {
  return layers.map(({ name, kind, args, inputs }) => ({ name, kind, args, inputs }));
}

/**
 * Returns the longest prefix of which later layers read a single tensor. In a residual network it ends with a block.
 * Layers without weights at its end are included if they do not make the features larger.
 *
 * @param frozen names of the frozen layers
 * @returns `null` if no prefix contains a layer with weights
 */
export function frozenPrefix(
  layers: readonly LayerSummary[],
  frozen: ReadonlySet<string>,
): Prefix | null {
  const constant = new Set<string>([INPUT]);
  for (const layer of layers) {
    const isFixed = frozen.has(layer.name) || (layer.weights.length === 0 && !kindOf(layer).random);
    if (isFixed && layer.inputs.every((name) => constant.has(name))) constant.add(layer.name);
  }
  const prefixes = layers
    .filter(({ name }) => constant.has(name))
    .map((cut) => ({ cut, layers: ancestors(layers, cut.name) }))
    .filter((prefix) => onlyCutIsRead(prefix, layers));
  const most = Math.max(0, ...prefixes.map(weightedLayers));
  if (most === 0) return null;
  const longest = prefixes.filter((prefix) => weightedLayers(prefix) === most);
  return longest.reduce((best, next) => (featureSize(next) <= featureSize(best) ? next : best));
}

function onlyCutIsRead(prefix: Prefix, layers: readonly LayerSummary[]): boolean {
  const within = new Set([INPUT, ...prefix.layers.map(({ name }) => name)]);
  const reads = layers.filter(({ name }) => !within.has(name)).flatMap(({ inputs }) => inputs);
  return reads.every((name) => name === prefix.cut.name || !within.has(name));
}

function weightedLayers({ layers }: Prefix): number {
  return layers.filter(({ weights }) => weights.length > 0).length;
}

function featureSize({ cut }: Prefix): number {
  return elementCount(cut.outputShape);
}
