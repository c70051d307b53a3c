import { ancestors } from './build-graph.ts';
import { INPUT } from './graph.ts';
import { elements } from './layers/args.ts';
import { kindOf, type LayerSummary } from './shapes.ts';

/** The layers before the first one that learns: what they make of a image stays the same. */
export interface Prefix {
  /** Its last layer: whatever follows reads nothing else of it. */
  readonly cut: LayerSummary;
  /** All of it, in order. */
  readonly layers: readonly LayerSummary[];
}

/** All that its layers are, but for their weights. */
export function definitionOf({ layers }: Prefix) {
  return layers.map(({ name, kind, args, inputs }) => ({ name, kind, args, inputs }));
}

/**
 * The longest prefix of which a single tensor is read, e.g. in a residual network up to the end of a
 * block. Layers without weights at its end belong to it where they make that tensor no larger.
 *
 * @param frozen Names of the layers that do not learn.
 * @returns `null` where no layer with weights would belong to it.
 */
export function frozenPrefix(
  layers: readonly LayerSummary[],
  frozen: ReadonlySet<string>,
): Prefix | null {
  const steady = new Set<string>([INPUT]);
  for (const layer of layers) {
    const same = !kindOf(layer).random && (frozen.has(layer.name) || layer.weights.length === 0);
    if (same && layer.inputs.every((name) => steady.has(name))) steady.add(layer.name);
  }
  const prefixes = layers
    .filter(({ name }) => steady.has(name))
    .map((cut) => ({ cut, layers: ancestors(layers, cut.name) }))
    .filter((prefix) => isAllThatIsRead(prefix, layers));
  const most = Math.max(0, ...prefixes.map(weighted));
  if (most === 0) return null;
  const longest = prefixes.filter((prefix) => weighted(prefix) === most);
  return longest.reduce((best, next) => (size(next) <= size(best) ? next : best));
}

/** Whether what follows reads nothing but the cut. */
function isAllThatIsRead(prefix: Prefix, layers: readonly LayerSummary[]): boolean {
  const within = new Set([INPUT, ...prefix.layers.map(({ name }) => name)]);
  const reads = layers.filter(({ name }) => !within.has(name)).flatMap(({ inputs }) => inputs);
  return reads.every((name) => name === prefix.cut.name || !within.has(name));
}

function weighted({ layers }: Prefix): number {
  return layers.filter(({ weights }) => weights.length > 0).length;
}

function size({ cut }: Prefix): number {
  return elements(cut.outputShape);
}
