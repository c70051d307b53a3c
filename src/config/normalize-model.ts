import { isMap, type Json } from '../common/json.ts';
import { datasetKind, datasetNames, knownClasses } from '../data/datasets/table.ts';
import type {
  BackboneConfig,
  LayerArgs,
  LayerConfig,
  ModelConfig,
} from '../experiment/experiment.ts';
import type { Backbone, ExperimentFile, Layer } from '../experiment/file-types.ts';
import { withDefaults } from '../experiment/schema.ts';
import { backbones } from '../model/backbones/table.ts';
import { CLASSES, withClassCount } from '../model/class-count.ts';
import { layerKinds } from '../model/layers/table.ts';
import type { ResolvePath } from './paths.ts';

/** The model of a valid file. Layers without a name get one as in Keras, unique in the model. */
export function normalizeModel(
  { model, data }: ExperimentFile,
  resolvePath: ResolvePath,
): ModelConfig {
  const { backbone, head } = model;
  const written = [...(backbone.layers ?? []), ...head].map((layer) => readLayer(layer).name);
  const names = new LayerNames([
    ...written.filter((name) => name !== null),
    ...layerNamesOf(backbone),
  ]);
  const normalized = {
    backbone: {
      from: normalizeSource(backbone, names, resolvePath),
      weights: normalizeWeights(backbone, resolvePath),
      inputShape: backbone.inputShape ?? defaultShape(backbone, data.dataset),
      cut: backbone.cut ?? null,
      ...(backbone.batchNormalization && { batchNormalization: backbone.batchNormalization }),
    },
    head: withClassesLast(normalizeLayers(head, names)),
  };
  const classNames = knownClasses(data);
  return classNames ? withClassCount(normalized, classNames.length) : normalized;
}

/** The last dense layer has a unit for each class, if its units are not given. */
function withClassesLast(head: readonly LayerConfig[]): LayerConfig[] {
  const last = head.findLastIndex(({ kind }) => kind === 'dense');
  return head.map((layer, i) => {
    return i === last ? { ...layer, args: { units: CLASSES, ...layer.args } } : layer;
  });
}

function normalizeSource(
  backbone: Backbone,
  names: LayerNames,
  resolvePath: ResolvePath,
): BackboneConfig['from'] {
  const { name, layers, model, run = '' } = backbone;
  if (name !== undefined) {
    const { alpha } = withDefaults<Backbone>('backbone', backbone);
    return { kind: 'named', name, alpha };
  }
  if (layers) return { kind: 'layers', layers: normalizeLayers(layers, names) };
  if (model !== undefined) {
    return { kind: 'model', path: resolvePath(['model', 'backbone', 'model'], model) };
  }
  const isName = /^\w[^/]*(\/[^/]+)?$/.test(run);
  return { kind: 'run', run: isName ? run : resolvePath(['model', 'backbone', 'run'], run) };
}

/** `imagenet` is the default of keras.applications. */
function normalizeWeights(
  { name, layers, weights }: Backbone,
  resolvePath: ResolvePath,
): string | null {
  if (weights === 'imagenet' || weights === 'random') return weights;
  if (weights) return resolvePath(['model', 'backbone', 'weights'], weights);
  if (name !== undefined) return 'imagenet';
  return layers ? 'random' : null;
}

/** The shape of the dataset's images; for images of any size, that of ImageNet. */
function defaultShape({ name, layers }: Backbone, dataset: string): BackboneConfig['inputShape'] {
  if (name === undefined && !layers) return null;
  const shape = datasetNames.includes(dataset) ? datasetKind(dataset).imageShape : undefined;
  return shape ?? (name === undefined ? null : [224, 224, 3]);
}

/** The layer names of a named backbone, which do not depend on input shape and width. */
function layerNamesOf({ name }: Backbone): string[] {
  const backbone = name && backbones[name];
  if (!backbone) return [];
  const nodes = backbone.layers({ inputShape: [224, 224, 3], alpha: 1, weights: 'keras' });
  return nodes.map((node) => node.name);
}

function normalizeLayers(layers: readonly Layer[], names: LayerNames): LayerConfig[] {
  return layers.map(readLayer).map(({ kind, name, inputs, args }) => ({
    kind,
    name: name ?? names.next(kind),
    args: withDefaults(kind, args),
    inputs,
  }));
}

interface WrittenLayer {
  readonly kind: string;
  readonly name: string | null;
  readonly inputs: readonly string[] | null;
  readonly args: LayerArgs;
}

/** Reads a layer, which is written as a name, as a map with arguments, or as a map with its main argument. */
export function readLayer(layer: Layer): WrittenLayer {
  const [kind, value] =
    typeof layer === 'string' ? [layer, {}] : (Object.entries(layer)[0] as [string, Json]);
  const written = isMap(value) ? value : { [layerKinds[kind]?.main ?? '']: value };
  const { name = null, inputs = null, ...args } = written as Partial<WrittenLayer> & LayerArgs;
  return { kind, name, inputs, args };
}

/** Names layers as Keras does: `dense`, `dense_1`, … */
class LayerNames {
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
