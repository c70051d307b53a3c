import picomatch from 'picomatch';
import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import type { FreezePattern } from '../experiment/experiment.ts';
import type { Graph } from './graph.ts';

/** Names of the layers that match a name or a glob, e.g. `block5_*`; none when none does. */
export function matchLayers(graph: Graph, pattern: string): string[] {
  const matches = picomatch(pattern);
  return graph.nodes.map((node) => node.name).filter((name) => matches(name));
}

/**
 * Names of the layers that one pattern freezes.
 * @throws InputError when it matches none.
 */
export function frozenBy(graph: Graph, pattern: FreezePattern): readonly string[] {
  const names = graph.nodes.map((node) => node.name);
  if (typeof pattern !== 'string') {
    const last = names.indexOf(pattern.upTo);
    if (last >= 0) return names.slice(0, last + 1);
    throw new InputError(`no layer is named ${pattern.upTo}${didYouMean(pattern.upTo, names)}`);
  }
  const part = graph.nodes.filter((node) => node.part === pattern).map((node) => node.name);
  const matched = part.length > 0 ? part : matchLayers(graph, pattern);
  if (matched.length > 0) return matched;
  throw new InputError(
    `${pattern} matches no layer${didYouMean(pattern, ['backbone', 'head', ...names])}`,
  );
}

/** Names of all layers that a phase freezes. @throws InputError when a pattern matches none. */
export function frozenLayers(graph: Graph, patterns: readonly FreezePattern[]): Set<string> {
  return new Set(patterns.flatMap((pattern) => frozenBy(graph, pattern)));
}
