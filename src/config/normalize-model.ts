import { datasetKind, datasetNames } from '../data/datasets.ts';
import { backbones } from '../model/backbones/table.ts';
import type { BackboneConfig, ModelConfig } from './experiment.ts';
import type { Backbone, ExperimentFile } from './file-types.ts';
import { LayerNames, normalizeLayers, readLayer } from './layers.ts';
import type { ResolvePath } from './paths.ts';

export function normalizeModel({ model, data }: ExperimentFile, pathAt: ResolvePath): ModelConfig {
  const { backbone, head } = model;
  const written = [...(backbone.layers ?? []), ...head].map((layer) => readLayer(layer).name);
  const names = new LayerNames([
    ...written.filter((name) => name !== null),
    ...namesOfBackbone(backbone),
  ]);
  return {
    backbone: {
      from: origin(backbone, names, pathAt),
      weights: weights(backbone, pathAt),
      inputShape: backbone.inputShape ?? defaultShape(backbone, data.dataset),
      cut: backbone.cut ?? null,
    },
    head: normalizeLayers(head, names),
  };
}

function origin(
  backbone: Backbone,
  names: LayerNames,
  pathAt: ResolvePath,
): BackboneConfig['from'] {
  const { name, alpha = 1, layers, model, run = '' } = backbone;
  if (name !== undefined) return { kind: 'named', name, alpha };
  if (layers) return { kind: 'layers', layers: normalizeLayers(layers, names) };
  if (model !== undefined) {
    return { kind: 'model', path: pathAt(['model', 'backbone', 'model'], model) };
  }
  const isName = /^\w[^/]*(\/[^/]+)?$/.test(run);
  return { kind: 'run', run: isName ? run : pathAt(['model', 'backbone', 'run'], run) };
}

/** Keras' own default for its applications is `imagenet`. */
function weights({ name, layers, weights }: Backbone, pathAt: ResolvePath): string | null {
  if (weights === 'imagenet' || weights === 'random') return weights;
  if (weights) return pathAt(['model', 'backbone', 'weights'], weights);
  if (name !== undefined) return 'imagenet';
  return layers ? 'random' : null;
}

/** The data set's own shape; for pictures of any size, that of ImageNet. */
function defaultShape({ name, layers }: Backbone, dataset: string): BackboneConfig['inputShape'] {
  if (name === undefined && !layers) return null;
  const shape = datasetNames.includes(dataset) ? datasetKind(dataset).imageShape : undefined;
  return shape ?? (name === undefined ? null : [224, 224, 3]);
}

/** Names that a named backbone's layers have, whatever its input and width. */
function namesOfBackbone({ name }: Backbone): string[] {
  const named = name && backbones[name];
  if (!named) return [];
  const nodes = named.layers({ inputShape: [224, 224, 3], alpha: 1, imagenet: true });
  return nodes.map((node) => node.name);
}
