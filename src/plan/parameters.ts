import type { FreezePattern } from '../config/experiment.ts';
import { frozenLayers } from '../model/freeze.ts';
import type { Network } from './facts.ts';

export interface PhaseParameters {
  readonly frozenLayers: ReadonlySet<string>;
  readonly trainable: number;
  /** As Keras counts them: statistics of batch normalizations are never trainable. */
  readonly frozen: number;
}

export function phaseParameters(
  { graph, layers }: Network,
  freeze: readonly FreezePattern[],
): PhaseParameters {
  const frozen = frozenLayers(graph, freeze);
  const trainable = sum(layers, (layer) =>
    frozen.has(layer.name) ? 0 : layer.trainableParameters,
  );
  const all = sum(layers, (layer) => layer.parameters);
  return { frozenLayers: frozen, trainable, frozen: all - trainable };
}

export function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
