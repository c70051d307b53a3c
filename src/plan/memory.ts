import type { FreezePattern, OptimizerConfig, PhaseConfig } from '../experiment/experiment.ts';
import { frozenLayers } from '../model/freeze.ts';
import { elements } from '../model/layers/args.ts';
import type { LayerSummary } from '../model/shapes.ts';
import type { Network } from './facts.ts';

const FLOAT = 4;

/** Bytes that a training step holds at least; what an operation needs while it runs comes on top. */
export interface Memory {
  readonly weights: number;
  readonly gradients: number;
  /** Slots of the optimizer, and the averages of `ema`. */
  readonly optimizer: number;
  /** Layer outputs that the backward pass reads: those from the first layer that learns. */
  readonly activations: number;
}

export function phaseMemory(
  phase: PhaseConfig,
  layers: readonly LayerSummary[],
  { frozenLayers, trainable, frozen }: PhaseParameters,
): Memory {
  const first = layers.findIndex(
    ({ name, trainableParameters }) => trainableParameters > 0 && !frozenLayers.has(name),
  );
  const learning = layers.slice(first);
  const outputs = sum(learning, (layer) => elements(layer.outputShape));
  return {
    weights: FLOAT * (trainable + frozen),
    gradients: FLOAT * trainable * (phase.gradientAccumulation > 1 ? 2 : 1),
    optimizer: FLOAT * trainable * (slots(phase.optimizer) + (phase.ema ? 1 : 0)),
    activations: FLOAT * outputs * phase.batchSize,
  };
}

/** How many numbers the optimizer keeps for each weight. */
function slots({ name, args }: OptimizerConfig): number {
  switch (name) {
    case 'sgd':
      return args.momentum ? 1 : 0;
    case 'rmsprop':
      return 1 + (args.momentum ? 1 : 0) + (args.centered ? 1 : 0);
    case 'adagrad':
      return 1;
    case 'adam':
    case 'adamw':
      return args.amsgrad ? 3 : 2;
    case 'adadelta':
    case 'adamax':
    case 'nadam':
      return 2;
  }
}

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
