import { didYouMean } from '../common/did-you-mean.ts';
import { readLayer } from '../config/normalize-model.ts';
import { MAIN_ARGUMENT } from '../config/repair.ts';
import { isUrl } from '../data/files/source.ts';
import type { LayerConfig } from '../experiment/experiment.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import type { Path } from '../experiment/problem.ts';
import { backbones } from '../model/backbones/table.ts';
import { isPytorch } from '../model/build-graph.ts';
import { INPUT } from '../model/graph.ts';
import { duplicates, type Rule } from './rule.ts';

const SOURCES = ['name', 'layers', 'model', 'run'] as const;
const WEIGHT_FILES = ['.h5', '.keras', '.safetensors', '.json', '.pth', '.pt'];
/** Words that name parts of the model where layers are named. */
const RESERVED_NAMES = [INPUT, 'backbone', 'head'];
const BACKBONE = ['model', 'backbone'];

const backboneHasOneSource: Rule = {
  reads: ['model.backbone', ...SOURCES.map((source) => `model.backbone.${source}`)],
  check({ file }) {
    const given = SOURCES.filter((source) => file.model.backbone[source] !== undefined);
    if (given.length === 1) return [];
    const received = given.join(' and ') || 'none';
    const message = `must have exactly one of ${SOURCES.join(', ')}. Received: ${received}`;
    return [{ path: BACKBONE, message }];
  },
};

const alphaIsForMobilenets: Rule = {
  reads: ['model.backbone.name', 'model.backbone.alpha'],
  check({ file }) {
    const { alpha, name = '' } = file.model.backbone;
    if (alpha === undefined || backbones[name]?.hasAlpha) return [];
    const known = Object.values(backbones).filter(({ hasAlpha }) => hasAlpha);
    const names = new Intl.ListFormat('en-GB').format(known.map((each) => each.name));
    const message = `is only for ${names}. Received: alpha with ${name || 'neither'}`;
    return [{ path: [...BACKBONE, 'alpha'], message }];
  },
};

const weightsAreKnown: Rule = {
  reads: ['model.backbone.name', 'model.backbone.weights'],
  check({ file }) {
    const { weights, name } = file.model.backbone;
    const path = [...BACKBONE, 'weights'];
    if (weights === 'imagenet' && name === undefined) {
      const message = `imagenet weights exist only for a backbone with a name: ${Object.keys(backbones).join(', ')}`;
      return [{ path, message }];
    }
    if (weights === 'random' || weights === 'imagenet' || !weights) return [];
    if (isUrl(weights) && !URL.canParse(weights)) {
      const message = `must be a valid URL, e.g. https://example.org/model.h5. Received: "${weights}"`;
      return [{ path, message }];
    }
    const fileName = isUrl(weights) ? new URL(weights).pathname : weights;
    if (WEIGHT_FILES.some((ending) => fileName.endsWith(ending))) return [];
    const message = `must be imagenet, random, or a file that ends with ${WEIGHT_FILES.join(', ')}. Received: "${weights}"${didYouMean(weights, ['imagenet', 'random'])}`;
    return [{ path, message }];
  },
};

const pytorchFitsBackbone: Rule = {
  reads: ['model.backbone.name', 'model.backbone.weights'],
  check({ file }) {
    const { weights, name } = file.model.backbone;
    if (!weights || name === undefined || !isPytorch(weights)) return [];
    if (backbones[name]?.pytorchModules) return [];
    const known = Object.values(backbones).filter(({ pytorchModules }) => pytorchModules);
    const message = `a PyTorch checkpoint fits ${known.map((each) => each.name).join(', ')}, or a backbone of layers. Received: one for ${name}`;
    return [{ path: [...BACKBONE, 'weights'], message }];
  },
};

/** The values that name layers, or are layers. */
const LAYER_NAMES = [
  'model.backbone.layers',
  'model.backbone.layers.*',
  'model.backbone.layers.*.*.name',
  'model.head',
  'model.head.*',
  'model.head.*.*.name',
];

/** The names that the file gives to layers, each with its path. */
function givenNames({ model: { backbone, head } }: ExperimentFile): { name: string; path: Path }[] {
  return [
    ...(backbone.layers ?? []).map((layer, i) => ({ layer, at: [...BACKBONE, 'layers', i] })),
    ...head.map((layer, i) => ({ layer, at: ['model', 'head', i] })),
  ].flatMap(({ layer, at }) => {
    const { kind, name } = readLayer(layer);
    return name === null ? [] : [{ name, path: [...at, kind, 'name'] }];
  });
}

const layerNamesAreUnique: Rule = {
  reads: LAYER_NAMES,
  check({ file }) {
    const given = givenNames(file);
    return duplicates(
      given.map(({ name }) => name),
      (name, index) => ({
        path: given[index]?.path ?? [],
        message: `another layer is already named ${name}`,
      }),
    );
  },
};

const layerNamesAreNotReserved: Rule = {
  reads: LAYER_NAMES,
  check: ({ file }) =>
    givenNames(file)
      .filter(({ name }) => RESERVED_NAMES.includes(name))
      .map(({ name, path }) => ({
        path,
        message: `${name} names a part of the model; choose another name`,
      })),
};

const denseLayersHaveUnits: Rule = {
  reads: ['model.backbone.layers', 'model.head'],
  check({ experiment: { model }, isKnown }) {
    const { from } = model.backbone;
    const at = (layers: readonly LayerConfig[], path: Path) =>
      layers
        .map(({ kind, args }, i) => ({ kind, args, path: [...path, i, 'dense', 'units'] }))
        .filter(({ kind, args }) => kind === 'dense' && args.units === undefined);
    const backbone = from.kind === 'layers' ? at(from.layers, [...BACKBONE, 'layers']) : [];
    const message =
      'is missing; it must be a whole number of at least 1, or classes. Only the last dense layer of the head has classes by default';
    return [...backbone, ...at(model.head, ['model', 'head'])]
      .filter(({ path }) => isKnown(path))
      .map(({ path }) => ({ path, message, key: true }));
  },
};

/** The activation at the end of a layer, as far as the layer alone tells. */
function lastActivation({ kind, args }: LayerConfig): string | null {
  if (kind === 'softmax') return 'softmax';
  return kind === 'dense' || kind === 'activation' ? String(args.activation) : null;
}

/** Losses and metrics are computed from probabilities. */
const outputIsProbabilities: Rule = {
  reads: ['loss.**', 'model.head'],
  check({ experiment: { model, loss }, isKnown }) {
    const path = ['model', 'head', model.head.length - 1];
    const last = model.head.at(-1);
    const read = ['activation', MAIN_ARGUMENT].map((argument) => [
      ...path,
      last?.kind ?? '',
      argument,
    ]);
    if (!last || !read.every(isKnown)) return [];
    const activation = lastActivation(last);
    const allowed = loss.name === 'binaryCrossentropy' ? 'sigmoid' : 'softmax';
    if (activation === null || activation === allowed) return [];
    const message = `the last layer must end with ${allowed} for the loss ${loss.name}. Received: ${activation}`;
    return [{ path, message }];
  },
};

export const modelRules: readonly Rule[] = [
  backboneHasOneSource,
  alphaIsForMobilenets,
  weightsAreKnown,
  pytorchFitsBackbone,
  layerNamesAreUnique,
  layerNamesAreNotReserved,
  denseLayersHaveUnits,
  outputIsProbabilities,
];
