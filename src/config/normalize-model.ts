import type { Json } from '../common/json.ts';
import { datasetKind, datasetNames } from '../data/datasets/table.ts';
import type {
  BackboneConfig,
  LayerArgs,
  LayerConfig,
  ModelConfig,
} from '../experiment/experiment.ts';
import type { Backbone, ExperimentFile, Layer } from '../experiment/file-types.ts';
import { withDefaults } from '../experiment/schema.ts';
import { backbones } from '../model/backbones/table.ts';
import { layerKinds } from '../model/layers/table.ts';
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

/** The data set's own shape; for images of any size, that of ImageNet. */
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

/** Gives names to layers that have none, unique in the model, as Keras does: `dense`, `dense_1`, … */
export class LayerNames {
  readonly #taken: Set<string>;
  readonly #counts = new Map<string, number>();

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  next(kind: string): string {
    const base = snakeCase(layerKinds[kind]?.className ?? kind);
    for (;;) {
      const count = this.#counts.get(base) ?? 0;
      this.#counts.set(base, count + 1);
      const name = count === 0 ? base : `${base}_${count}`;
      if (!this.#taken.has(name)) return name;
    }
  }
}

/** `to_snake_case` of keras/src/utils/naming.py: `GlobalAveragePooling2D` is `global_average_pooling2d`. */
function snakeCase(className: string): string {
  return className
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

interface Written {
  readonly kind: string;
  readonly name: string | null;
  readonly inputs: readonly string[] | null;
  readonly args: LayerArgs;
}

/** A layer in one form, whichever shorthand it is written in. */
export function readLayer(layer: Layer): Written {
  const [kind, value] =
    typeof layer === 'string' ? [layer, {}] : (Object.entries(layer)[0] as [string, Json]);
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const written = isMap ? value : { [layerKinds[kind]?.main ?? '']: value };
  const { name = null, inputs = null, ...args } = written as Partial<Written> & LayerArgs;
  return { kind, name, inputs, args };
}

/** Layers with names and with Keras' defaults. */
export function normalizeLayers(layers: readonly Layer[], names: LayerNames): LayerConfig[] {
  return layers.map(readLayer).map(({ kind, name, inputs, args }) => ({
    kind,
    name: name ?? names.next(kind),
    args: withDefaults(kind, args),
    inputs,
  }));
}
