import { fileURLToPath } from 'node:url';
import { type LoadedExperiment, loadExperiment } from '../src/load-experiment.ts';
import { buildGraph } from '../src/model/build-graph.ts';
import { type Graph, INPUT } from '../src/model/graph.ts';
import type { ModelName } from './task.ts';

/** Loads an experiment of configs/ with random weights, like the models of the peers. */
export function experiment(name: string, ...set: readonly string[]): Promise<LoadedExperiment> {
  const file = fileURLToPath(new URL(`configs/${name}.yaml`, import.meta.resolve('#package')));
  return loadExperiment(file, {
    set: ['model.backbone.weights=random', ...set],
    setFile: [],
  });
}

const SMALL = 'model.backbone.inputShape=[96, 96, 3]';

const loaded: Record<ModelName, () => Promise<LoadedExperiment>> = {
  head: () => experiment('vgg19-two-phase'),
  vgg19: () => experiment('vgg19-two-phase'),
  resnet50: () => experiment('resnet50-transfer', SMALL),
  mobilenet: () => experiment('mobilenet-transfer', SMALL, 'model.backbone.alpha=1'),
};

/** The network that the peers build under the same name. `head` is the head of the VGG19 experiment, without the backbone. */
export async function benchGraph(name: ModelName): Promise<Graph> {
  const graph = buildGraph((await loaded[name]()).experiment.model);
  if (name !== 'head') return graph;
  const [, first, ...rest] = graph.nodes.filter(({ part }) => part === 'head');
  if (!first) throw new Error('vgg19-two-phase.yaml has no head');
  return { inputShape: [512], nodes: [{ ...first, inputs: [INPUT] }, ...rest] };
}
