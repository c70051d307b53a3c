import { didYouMean } from '../../common/did-you-mean.ts';
import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import { show } from './args.ts';
import { type Identifier, named } from './identifiers.ts';

type Args = { readonly [key: string]: Json };
type Fan = 'fanIn' | 'fanOut' | 'fanAvg';

/** Deviation of a standard normal distribution that is cut off at ±2; Keras divides by it, tfjs-layers does not. */
const TRUNCATED_DEVIATION = 0.8796256610342398;

interface Initializer {
  readonly args: readonly string[];
  identify(args: Args, seed: number): Identifier;
}

function scaling(scale: number, mode: Fan, distribution: 'normal' | 'uniform'): Initializer {
  const corrected = distribution === 'normal' ? scale / TRUNCATED_DEVIATION ** 2 : scale;
  return {
    args: [],
    identify: (_, seed) => ({
      className: 'VarianceScaling',
      config: { scale: corrected, mode, distribution, seed },
    }),
  };
}

function plain(className: string, defaults: Args, seeded: boolean): Initializer {
  return {
    args: Object.keys(defaults),
    identify: (args, seed) => ({
      className,
      config: { ...defaults, ...args, ...(seeded ? { seed } : {}) },
    }),
  };
}

const varianceScaling: Initializer = {
  args: ['scale', 'mode', 'distribution'],
  identify({ scale = 1, mode = 'fanIn', distribution = 'truncatedNormal' }, seed) {
    if (typeof scale !== 'number' || !(scale > 0)) {
      throw new InputError(`scale must be a number above 0. Received: ${show(scale)}`);
    }
    if (mode !== 'fanIn' && mode !== 'fanOut' && mode !== 'fanAvg') {
      throw new InputError(`mode must be fanIn, fanOut or fanAvg. Received: ${show(mode)}`);
    }
    if (distribution !== 'truncatedNormal' && distribution !== 'uniform') {
      throw new InputError(
        `distribution must be truncatedNormal or uniform. Received: ${show(distribution)}`,
      );
    }
    const kind = distribution === 'uniform' ? 'uniform' : 'normal';
    return scaling(scale, mode, kind).identify({}, seed);
  },
};

/** Keras' initializers with Keras' defaults (keras/src/initializers/random_initializers.py). */
const initializers: Readonly<Record<string, Initializer>> = {
  zeros: plain('Zeros', {}, false),
  ones: plain('Ones', {}, false),
  constant: plain('Constant', { value: 0 }, false),
  randomUniform: plain('RandomUniform', { minval: -0.05, maxval: 0.05 }, true),
  randomNormal: plain('RandomNormal', { mean: 0, stddev: 0.05 }, true),
  truncatedNormal: plain('TruncatedNormal', { mean: 0, stddev: 0.05 }, true),
  orthogonal: plain('Orthogonal', { gain: 1 }, true),
  glorotUniform: scaling(1, 'fanAvg', 'uniform'),
  glorotNormal: scaling(1, 'fanAvg', 'normal'),
  heUniform: scaling(2, 'fanIn', 'uniform'),
  heNormal: scaling(2, 'fanIn', 'normal'),
  lecunUniform: scaling(1, 'fanIn', 'uniform'),
  lecunNormal: scaling(1, 'fanIn', 'normal'),
  varianceScaling,
};

export const initializerNames: readonly string[] = Object.keys(initializers);

/** What Keras takes where a layer's argument names none. */
const defaults: Readonly<Record<string, string>> = {
  kernelInitializer: 'glorotUniform',
  depthwiseInitializer: 'glorotUniform',
  pointwiseInitializer: 'glorotUniform',
  biasInitializer: 'zeros',
  betaInitializer: 'zeros',
  gammaInitializer: 'ones',
  movingMeanInitializer: 'zeros',
  movingVarianceInitializer: 'ones',
};

/**
 * What tfjs-layers makes the initializer of a layer's argument from.
 * @throws InputError when there is none of that name, or it has no such argument.
 */
export function initializer(argument: string, value: Json | undefined, seed: number): Identifier {
  const wanted = value ?? defaults[argument] ?? null;
  const given = named(wanted);
  const known = given && initializers[given.name];
  if (!given || !known) {
    throw new InputError(
      `${argument} must be one of ${initializerNames.join(', ')}, or one of them with arguments. Received: ${show(wanted)}${given ? didYouMean(given.name, initializerNames) : ''}`,
    );
  }
  const odd = Object.keys(given.args).find((name) => !known.args.includes(name));
  if (odd === undefined) return known.identify(given.args, seed);
  throw new InputError(
    `${given.name} takes ${known.args.join(', ') || 'no arguments'}. Received: ${odd}${didYouMean(odd, known.args)}`,
  );
}
