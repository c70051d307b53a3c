import type { FreezePattern, OptimizerConfig, PhaseConfig } from '../experiment/experiment.ts';
import { frozenLayers } from '../model/graph.ts';
import { elementCount } from '../model/layers/args.ts';
import type { Network } from '../model/network.ts';
import type { LayerSummary } from '../model/shapes.ts';

export interface PhaseParameters {
  readonly frozenLayers: ReadonlySet<string>;
  readonly trainable: number;
  /** As Keras counts them: the statistics of batch normalization are never trainable. */
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

const FLOAT_BYTES = 4;

/** The least bytes of a training step. Operations need working memory on top. */
export interface Memory {
  readonly weights: number;
  readonly gradients: number;
  /** Slots of the optimizer, and the averages of `ema`. */
  readonly optimizer: number;
  /** Layer outputs that the backward pass reads: those from the first trained layer on. */
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
  const outputs = sum(layers.slice(first), (layer) => elementCount(layer.outputShape));
  return {
    weights: FLOAT_BYTES * (trainable + frozen),
    gradients: FLOAT_BYTES * trainable * (phase.gradientAccumulation > 1 ? 2 : 1),
    optimizer: FLOAT_BYTES * trainable * (slots(phase.optimizer) + (phase.ema ? 1 : 0)),
    activations: FLOAT_BYTES * outputs * phase.batchSize,
  };
}

/** Numbers that the optimizer stores for each weight. */
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

export function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
