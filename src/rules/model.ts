import { didYouMean } from '../common/did-you-mean.ts';
import { readLayer } from '../config/normalize-model.ts';
import type { LayerConfig } from '../experiment/experiment.ts';
import { backbones } from '../model/backbones/table.ts';
import { INPUT } from '../model/graph.ts';
import type { Problem } from '../plan/problem.ts';
import { type Rule, repeats, type Written } from './rule.ts';

const origins = ['name', 'layers', 'model', 'run'] as const;
const weightFiles = ['.h5', '.keras', '.safetensors', '.json'];
/** Words that stand for parts of the model where layers are named. */
const reserved = [INPUT, 'backbone', 'head'];
const path = ['model', 'backbone'];

const backboneHasOneOrigin: Rule = ({ file }) => {
  const given = origins.filter((origin) => file.model.backbone[origin] !== undefined);
  if (given.length === 1) return [];
  const received = given.join(' and ') || 'none';
  const message = `must have exactly one of ${origins.join(', ')}. Received: ${received}`;
  return [{ path, message }];
};

const alphaIsForMobilenets: Rule = ({ file }) => {
  const { alpha, name = '' } = file.model.backbone;
  if (alpha === undefined || backbones[name]?.hasAlpha) return [];
  const widths = Object.values(backbones).filter(({ hasAlpha }) => hasAlpha);
  const message = `is only for ${widths.map((each) => each.name).join(' and ')}. Received: alpha with ${name || 'none of them'}`;
  return [{ path: [...path, 'alpha'], message }];
};

const weightsAreKnown: Rule = ({ file }) => {
  const { weights, name } = file.model.backbone;
  if (weights === 'imagenet' && name === undefined) {
    const message = `imagenet weights are there only for a backbone with a name: ${Object.keys(backbones).join(', ')}`;
    return [{ path: [...path, 'weights'], message }];
  }
  if (weights === 'random' || weights === 'imagenet' || !weights) return [];
  if (weightFiles.some((ending) => weights.endsWith(ending))) return [];
  const message = `must be imagenet, random, or a file that ends with ${weightFiles.join(', ')}. Received: "${weights}"${didYouMean(weights, ['imagenet', 'random'])}`;
  return [{ path: [...path, 'weights'], message }];
};

interface Named {
  readonly name: string;
  readonly path: Problem['path'];
}

/** Names that layers are given in the file, and where. */
function givenNames({ file }: Written): Named[] {
  const { backbone, head } = file.model;
  return [
    ...(backbone.layers ?? []).map((layer, i) => ({ layer, at: [...path, 'layers', i] })),
    ...head.map((layer, i) => ({ layer, at: ['model', 'head', i] })),
  ].flatMap(({ layer, at }) => {
    const { kind, name } = readLayer(layer);
    return name === null ? [] : [{ name, path: [...at, kind, 'name'] }];
  });
}

const layerNamesAreUnique: Rule = (written) => {
  const named = givenNames(written);
  const names = named.map(({ name }) => name);
  return repeats(names, (name, index) => ({
    path: named[index]?.path ?? [],
    message: `another layer is named ${name} already`,
  }));
};

const layerNamesAreNotReserved: Rule = (written) =>
  givenNames(written)
    .filter(({ name }) => reserved.includes(name))
    .map(({ name, path }) => ({
      path,
      message: `${name} stands for a part of the model, no layer`,
    }));

/** The activation that a layer ends with, as far as the layer alone tells. */
function lastActivation({ kind, args }: LayerConfig): string | null {
  if (kind === 'softmax') return 'softmax';
  return kind === 'dense' || kind === 'activation' ? String(args.activation) : null;
}

/** Losses and metrics are computed from probabilities. */
const outputIsProbabilities: Rule = ({ experiment: { model, loss } }) => {
  const last = model.head.at(-1);
  const activation = last ? lastActivation(last) : null;
  const allowed = loss.name === 'binaryCrossentropy' ? ['sigmoid'] : ['softmax'];
  if (activation === null || allowed.includes(activation)) return [];
  const message = `the last layer must end with ${allowed.join(' or ')} for the loss ${loss.name}. Received: ${activation}`;
  return [{ path: ['model', 'head', model.head.length - 1], message }];
};

export const modelRules: readonly Rule[] = [
  backboneHasOneOrigin,
  alphaIsForMobilenets,
  weightsAreKnown,
  layerNamesAreUnique,
  layerNamesAreNotReserved,
  outputIsProbabilities,
];
