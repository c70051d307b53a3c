import { type Graph, INPUT } from '../graph.ts';
import { layerKinds } from '../layers/table.ts';
import type { KerasLayer } from './format.ts';

/**
 * The nodes in the order of Keras' `model.layers`: the farther from the output the earlier, and at
 * the same distance as a walk from the output back along each layer's inputs meets them
 * (`map_graph`, keras/src/ops/function.py).
 */
export function kerasOrder(graph: Graph): KerasLayer[] {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const depth = new Map<string, number>();
  for (const node of graph.nodes.toReversed()) {
    const here = depth.get(node.name) ?? 0;
    for (const input of node.inputs) depth.set(input, Math.max(depth.get(input) ?? 0, here + 1));
    depth.set(node.name, here);
  }

  const met = new Set<string>();
  const walk = (name: string): void => {
    if (met.has(name)) return;
    met.add(name);
    for (const input of nodes.get(name)?.inputs ?? []) walk(input);
  };
  const output = graph.nodes.at(-1);
  if (output) walk(output.name);

  return [...met]
    .filter((name) => name !== INPUT)
    .sort((a, b) => (depth.get(b) ?? 0) - (depth.get(a) ?? 0))
    .map((name) => ({
      className: layerKinds[nodes.get(name)?.kind ?? '']?.className ?? '',
      name,
      layers: [],
    }));
}
