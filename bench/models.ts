import { fileURLToPath } from 'node:url';
import { type LoadedExperiment, loadExperiment } from '../src/load-experiment.ts';
import { Network } from '../src/model/backbones/backbone.ts';
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

const loaded: Record<Exclude<ModelName, 'resnet18'>, () => Promise<LoadedExperiment>> = {
  head: () => experiment('vgg19-two-phase'),
  vgg19: () => experiment('vgg19-two-phase'),
  resnet50: () => experiment('resnet50-transfer', SMALL),
  mobilenet: () => experiment('mobilenet-transfer', SMALL, 'model.backbone.alpha=1'),
  efficientnetLite0: () =>
    experiment(
      'resnet50-transfer',
      SMALL,
      'model.backbone.name=efficientnetLite0',
      'phases.last-stage.freeze=[]',
    ),
};

/** The network that the peers build under the same name. `head` is the head of the VGG19 experiment, without the backbone. */
export async function benchGraph(name: ModelName): Promise<Graph> {
  if (name === 'resnet18') return resnet18();
  const graph = buildGraph((await loaded[name]()).experiment.model);
  if (name !== 'head') return graph;
  const [, first, ...rest] = graph.nodes.filter(({ part }) => part === 'head');
  if (!first) throw new Error('vgg19-two-phase.yaml has no head');
  return { inputShape: [512], nodes: [{ ...first, inputs: [INPUT] }, ...rest] };
}

/** He et al. 2015, with the stem for 32×32 images: a 3×3 convolution without stride, and no pooling. */
function resnet18(): Graph {
  const inputShape = [32, 32, 3] as const;
  const network = new Network(inputShape);
  const convolve = (name: string, filters: number, kernelSize = 3, strides = 1) => {
    network.add('conv2d', name, { filters, kernelSize, strides, padding: 'same', useBias: false });
    return network.add('batchNormalization', `${name}_bn`);
  };
  const relu = (name: string) => network.add('activation', name, { activation: 'relu' });
  convolve('stem', 64);
  relu('stem_relu');
  for (const [stage, filters] of [64, 128, 256, 512].entries())
    for (const block of [1, 2]) {
      const name = `stage${stage + 1}_block${block}`;
      const strides = stage > 0 && block === 1 ? 2 : 1;
      const input = network.last;
      convolve(`${name}_1`, filters, 3, strides);
      relu(`${name}_1_relu`);
      const residual = convolve(`${name}_2`, filters);
      let shortcut = input;
      if (strides > 1) {
        network.add('conv2d', `${name}_0`, { filters, kernelSize: 1, strides, useBias: false }, [
          input,
        ]);
        shortcut = network.add('batchNormalization', `${name}_0_bn`);
      }
      network.add('add', `${name}_add`, {}, [shortcut, residual]);
      relu(`${name}_relu`);
    }
  network.add('globalAveragePooling2d', 'pool');
  network.add('dense', 'predictions', { units: 10, activation: 'softmax' });
  return { inputShape, nodes: network.nodes };
}
