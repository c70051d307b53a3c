import type * as tf from '@tensorflow/tfjs';
import type { BackboneConfig } from '../experiment/experiment.ts';
import { buildModel } from './build.ts';
import type { Graph } from './graph.ts';
import type { ModelSource } from './source.ts';
import { loadWeights } from './weights/load.ts';
import { resolveWeights } from './weights/resolve.ts';

export interface LoadModelOptions {
  readonly graph: Graph;
  readonly backbone: BackboneConfig;
  readonly seed: number;
  readonly source: ModelSource | null;
  readonly report: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface LoadedModel {
  readonly model: tf.LayersModel;
  /** The file that its backbone's weights are from; `null` when they are random. */
  readonly weights: string | null;
}

/** The network with the weights that training begins from, fetched where need be. */
export async function loadModel(options: LoadModelOptions): Promise<LoadedModel> {
  const { graph, backbone, seed, source } = options;
  const weights = await resolveWeights(backbone, { ...options, source: source?.path ?? null });
  const model = buildModel(graph, seed);
  if (weights) await loadWeights(model, weights, backbone, source?.graph ?? null);
  return { model, weights };
}
