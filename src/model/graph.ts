import { didYouMean, listWords } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import { globMatcher } from '../common/glob.ts';
import type { FreezePattern, LayerArgs } from '../experiment/experiment.ts';

/** The shape of a tensor without the batch axis, channels last. */
export type Shape = readonly number[];

/** The name by which layers refer to the input of the model. */
export const INPUT = 'input';

/** A layer with its inputs. */
export interface GraphNode {
  readonly name: string;
  /** A key of the layer table, e.g. `dense`. */
  readonly kind: string;
  readonly args: LayerArgs;
  /** Names of earlier nodes, or `INPUT`. */
  readonly inputs: readonly string[];
  readonly part: 'backbone' | 'head';
}

/** A network as plain data: nodes in topological order, with one input. The last node is the output. */
export interface Graph {
  readonly inputShape: Shape;
  readonly nodes: readonly GraphNode[];
}

/** Returns a node and all nodes that it depends on, in their order. */
export function ancestors<Node extends GraphNode>(
  nodes: readonly Node[],
  last: string,
): readonly Node[] {
  const needed = new Set([last]);
  for (const node of nodes.toReversed()) {
    if (needed.has(node.name)) for (const name of node.inputs) needed.add(name);
  }
  return nodes.filter((node) => needed.has(node.name));
}

/** Returns the names of the layers that match a name or a glob, e.g. `block5_*`. */
export function matchLayers(graph: Graph, pattern: string): string[] {
  const matches = globMatcher(pattern);
  return graph.nodes.map((node) => node.name).filter((name) => matches(name));
}

/**
 * Returns the names of the layers that one pattern freezes.
 *
 * @throws InputError if it matches none.
 */
export function frozenBy(graph: Graph, pattern: FreezePattern): readonly string[] {
  const names = graph.nodes.map((node) => node.name);
  if (typeof pattern !== 'string') {
    const last = names.indexOf(pattern.upTo);
    if (last >= 0) return names.slice(0, last + 1);
    throw new InputError(`no layer is named ${pattern.upTo}${layerHint(pattern.upTo, names)}`);
  }
  const part = graph.nodes.filter((node) => node.part === pattern).map((node) => node.name);
  const matched = part.length > 0 ? part : matchLayers(graph, pattern);
  if (matched.length > 0) return matched;
  const hint = didYouMean(pattern, ['backbone', 'head']) || layerHint(pattern, names);
  throw new InputError(`${pattern || '""'} matches no layer${hint}`);
}

/** A hint at layers with a similar name, or at similar globs, e.g. `block1_*` for `blok1_*`; else a list of layers. */
export function layerHint(pattern: string, names: readonly string[]): string {
  const hasNumber = (text: string) => /\d/.test(text);
  const globs = names.flatMap(globsOf).filter((glob) => hasNumber(glob) === hasNumber(pattern));
  const known = pattern.includes('*') ? [...new Set(globs)] : names;
  return didYouMean(pattern, known) || `; the layers are ${listWords(names)}`;
}

/** `block1_*` for the layer `block1_conv1`. */
function globsOf(name: string): string[] {
  const parts = name.split('_');
  return parts.slice(1).map((_, i) => `${parts.slice(0, i + 1).join('_')}_*`);
}

/** Returns the names of all layers that a phase freezes. @throws InputError if a pattern matches none. */
export function frozenLayers(graph: Graph, patterns: readonly FreezePattern[]): Set<string> {
  return new Set(patterns.flatMap((pattern) => frozenBy(graph, pattern)));
}
