import { didYouMean } from '../../common/did-you-mean.ts';
import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import { formatArgument } from './args.ts';
import type { LayerKind } from './layer.ts';

/**
 * Converts the arguments of a layer to those of tfjs-layers, with the default initializers of Keras.
 *
 * @param seedOf returns the seed for the initializer of an argument
 * @throws InputError for an unknown argument, activation, initializer or regularizer.
 */
export function toTfjsArgs(
  kind: LayerKind,
  args: LayerArgs,
  seedOf: (argument: string) => number,
): Record<string, unknown> {
  const unknown = Object.keys(args).find((name) => !kind.args.includes(name));
  if (unknown !== undefined) {
    const known = kind.args.join(', ') || 'no arguments';
    throw new InputError(`takes ${known}. Received: ${unknown}${didYouMean(unknown, kind.args)}`);
  }
  const converted: Record<string, unknown> = {};
  for (const name of kind.args) {
    const value = args[name];
    if (name.endsWith('Initializer')) converted[name] = initializer(name, value, seedOf(name));
    else if (value === undefined || value === null) continue;
    else if (name.endsWith('Regularizer')) converted[name] = regularizer(name, value);
    else if (name === 'activation') converted[name] = activationName(value);
    else converted[name] = value;
  }
  return converted;
}

/**
 * Keras' activations in camelCase, with their names in tfjs-layers. `hardSigmoid` is not supported: tfjs-layers computes
 * 0.2 x + 0.5, and Keras x / 6 + 0.5.
 */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  selu: 'selu',
  sigmoid: 'sigmoid',
  silu: 'swish',
  swish: 'swish',
  gelu: 'gelu',
  mish: 'mish',
  softmax: 'softmax',
  logSoftmax: 'logSoftmax',
  softplus: 'softplus',
  softsign: 'softsign',
  tanh: 'tanh',
};

export const activationNames: readonly string[] = Object.keys(ACTIVATIONS);

function activationName(value: Json): string {
  const name = typeof value === 'string' ? ACTIVATIONS[value] : undefined;
  if (name) return name;
  const hint = typeof value === 'string' ? didYouMean(value, activationNames) : '';
  throw new InputError(
    `activation must be one of ${activationNames.join(', ')}. Received: ${formatArgument(value)}${hint}`,
  );
}

type Options = { readonly [key: string]: Json };

/** The configuration from which tfjs-layers creates an initializer or a regularizer. */
interface Identifier {
  readonly className: string;
  readonly config: Options;
}

/** The default factor of Keras. */
const PENALTY_FACTOR = 0.01;

/**
 * Converts a penalty l1 · Σ|w| + l2 · Σw² on a weight, written as `{ l2: 1e-4 }`, `{ l1: 1e-5, l2: 1e-4 }`, `l1` or `l2`.
 *
 * @throws InputError for other values.
 */
function regularizer(argument: string, value: Json): Identifier {
  const given = typeof value === 'string' ? { [value]: PENALTY_FACTOR } : value;
  if (given && typeof given === 'object' && !Array.isArray(given)) {
    const entries = Object.entries(given as Options);
    const isValid = entries.every(
      ([name, factor]) =>
        (name === 'l1' || name === 'l2') && typeof factor === 'number' && factor >= 0,
    );
    if (isValid && entries.length > 0) {
      return { className: 'L1L2', config: { l1: 0, l2: 0, ...Object.fromEntries(entries) } };
    }
  }
  throw new InputError(
    `${argument} must be l1, l2, or { l1: number, l2: number }. Received: ${formatArgument(value)}`,
  );
}

/** Standard deviation of a standard normal distribution truncated at ±2. Keras divides by it; tfjs-layers does not. */
const TRUNCATED_DEVIATION = 0.8796256610342398;

interface Initializer {
  readonly options: readonly string[];
  identify(options: Options, seed: number): Identifier;
}

function initializerOf(className: string, defaults: Options, isRandom: boolean): Initializer {
  return {
    options: Object.keys(defaults),
    identify: (options, seed) => ({
      className,
      config: { ...defaults, ...options, ...(isRandom ? { seed } : {}) },
    }),
  };
}

type FanMode = 'fanIn' | 'fanOut' | 'fanAvg';

function scaling(scale: number, mode: FanMode, distribution: 'normal' | 'uniform'): Initializer {
  const corrected = distribution === 'normal' ? scale / TRUNCATED_DEVIATION ** 2 : scale;
  return {
    options: [],
    identify: (_, seed) => ({
      className: 'VarianceScaling',
      config: { scale: corrected, mode, distribution, seed },
    }),
  };
}

const varianceScaling: Initializer = {
  options: ['scale', 'mode', 'distribution'],
  identify({ scale = 1, mode = 'fanIn', distribution = 'truncatedNormal' }, seed) {
    if (typeof scale !== 'number' || !(scale > 0)) {
      throw new InputError(`scale must be a number above 0. Received: ${formatArgument(scale)}`);
    }
    if (mode !== 'fanIn' && mode !== 'fanOut' && mode !== 'fanAvg') {
      throw new InputError(
        `mode must be fanIn, fanOut or fanAvg. Received: ${formatArgument(mode)}`,
      );
    }
    if (distribution !== 'truncatedNormal' && distribution !== 'uniform') {
      throw new InputError(
        `distribution must be truncatedNormal or uniform. Received: ${formatArgument(distribution)}`,
      );
    }
    const kind = distribution === 'uniform' ? 'uniform' : 'normal';
    return scaling(scale, mode, kind).identify({}, seed);
  },
};

/** Needs a matrix: a bias, gamma or beta is a vector. */
const ORTHOGONAL = 'orthogonal';
const MATRICES = ['kernelInitializer', 'depthwiseInitializer', 'pointwiseInitializer'];

/** Keras' initializers with their defaults (keras/src/initializers/random_initializers.py). */
const INITIALIZERS: Readonly<Record<string, Initializer>> = {
  zeros: initializerOf('Zeros', {}, false),
  ones: initializerOf('Ones', {}, false),
  constant: initializerOf('Constant', { value: 0 }, false),
  randomUniform: initializerOf('RandomUniform', { minval: -0.05, maxval: 0.05 }, true),
  randomNormal: initializerOf('RandomNormal', { mean: 0, stddev: 0.05 }, true),
  truncatedNormal: initializerOf('TruncatedNormal', { mean: 0, stddev: 0.05 }, true),
  [ORTHOGONAL]: initializerOf('Orthogonal', { gain: 1 }, true),
  glorotUniform: scaling(1, 'fanAvg', 'uniform'),
  glorotNormal: scaling(1, 'fanAvg', 'normal'),
  heUniform: scaling(2, 'fanIn', 'uniform'),
  heNormal: scaling(2, 'fanIn', 'normal'),
  lecunUniform: scaling(1, 'fanIn', 'uniform'),
  lecunNormal: scaling(1, 'fanIn', 'normal'),
  varianceScaling,
};

export const initializerNames: readonly string[] = Object.keys(INITIALIZERS);

/** Keras' default initializers by argument. */
const DEFAULT_INITIALIZERS: Readonly<Record<string, string>> = {
  kernelInitializer: 'glorotUniform',
  depthwiseInitializer: 'glorotUniform',
  pointwiseInitializer: 'glorotUniform',
  biasInitializer: 'zeros',
  betaInitializer: 'zeros',
  gammaInitializer: 'ones',
  movingMeanInitializer: 'zeros',
  movingVarianceInitializer: 'ones',
};

function initializer(argument: string, given: Json | undefined, seed: number): Identifier {
  const value = given ?? DEFAULT_INITIALIZERS[argument] ?? null;
  const parsed = parseInitializer(value);
  const known = parsed && INITIALIZERS[parsed.name];
  if (!parsed || !known) {
    const hint = parsed ? didYouMean(parsed.name, initializerNames) : '';
    throw new InputError(
      `${argument} must be one of ${initializerNames.join(', ')}, or one of them with arguments. Received: ${formatArgument(value)}${hint}`,
    );
  }
  if (parsed.name === ORTHOGONAL && !MATRICES.includes(argument)) {
    throw new InputError(
      `${argument} must not be ${ORTHOGONAL}, which needs weights of two axes or more. Received: ${formatArgument(value)}`,
    );
  }
  const unknown = Object.keys(parsed.options).find((name) => !known.options.includes(name));
  if (unknown === undefined) return known.identify(parsed.options, seed);
  throw new InputError(
    `${parsed.name} takes ${known.options.join(', ') || 'no arguments'}. Received: ${unknown}${didYouMean(unknown, known.options)}`,
  );
}

/** Parses a name, or a name with options: `heNormal`, `{ truncatedNormal: { stddev: 0.02 } }`. */
function parseInitializer(value: Json): { name: string; options: Options } | null {
  if (typeof value === 'string') return { name: value, options: {} };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const [entry, ...others] = Object.entries(value as Options);
  if (!entry || others.length > 0) return null;
  const [name, options] = entry;
  if (options === null || typeof options !== 'object' || Array.isArray(options)) return null;
  return { name, options: options as Options };
}
