import type * as tf from '@tensorflow/tfjs';
import type { PhaseConfig } from '../experiment/experiment.ts';
import { frozenBy } from '../model/freeze.ts';
import type { Graph } from '../model/graph.ts';
import type { TrainedWeight } from './optimizers/optimizer.ts';

/** The weights that a phase trains; of several scales that fit a layer the last counts. */
export function trainedWeights(
  model: tf.LayersModel,
  graph: Graph,
  scales: PhaseConfig['learningRateScale'],
): TrainedWeight[] {
  const scaleOf = new Map(
    Object.entries(scales).flatMap(([pattern, scale]) =>
      frozenBy(graph, pattern).map((layer) => [layer, scale] as const),
    ),
  );
  return model.layers.flatMap((layer) =>
    layer.trainableWeights.map((variable) => ({
      name: `${layer.name}/${variable.originalName.split('/').at(-1)}`,
      variable,
      learningRateScale: scaleOf.get(layer.name) ?? 1,
    })),
  );
}
