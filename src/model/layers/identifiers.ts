import { didYouMean } from '../../common/did-you-mean.ts';
import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import { show } from './args.ts';

/** What tfjs-layers makes an initializer or a regularizer from. */
export interface Identifier {
  readonly className: string;
  readonly config: { readonly [key: string]: Json };
}

/** A bare name, or one name with its arguments: `heNormal`, `{ truncatedNormal: { stddev: 0.02 } }`. */
export function named(
  value: Json,
): { name: string; args: { readonly [key: string]: Json } } | null {
  if (typeof value === 'string') return { name: value, args: {} };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const [entry, ...others] = Object.entries(value as { readonly [key: string]: Json });
  if (!entry || others.length > 0) return null;
  const [name, args] = entry;
  if (args === null || typeof args !== 'object' || Array.isArray(args)) return null;
  return { name, args: args as { readonly [key: string]: Json } };
}

/**
 * Activations under their camelCase Keras names, each with tfjs-layers' name for it. `hardSigmoid` is
 * left out: tfjs-layers computes 0.2 x + 0.5, Keras x / 6 + 0.5.
 */
const activations: Readonly<Record<string, string>> = {
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

export const activationNames: readonly string[] = Object.keys(activations);

/** tfjs-layers' name of an activation. @throws InputError when there is none of that name. */
export function activation(value: Json): string {
  const name = typeof value === 'string' ? activations[value] : undefined;
  if (name) return name;
  throw new InputError(
    `activation must be one of ${activationNames.join(', ')}. Received: ${show(value)}${typeof value === 'string' ? didYouMean(value, activationNames) : ''}`,
  );
}

/** Keras' factor where a regularizer is named without one. */
const FACTOR = 0.01;

/**
 * A penalty l1 · Σ|w| + l2 · Σw² on a weight: `{ l2: 1e-4 }`, `{ l1: 1e-5, l2: 1e-4 }`, `l1` or `l2`.
 * @throws InputError when it is something else.
 */
export function regularizer(argument: string, value: Json): Identifier {
  const given = typeof value === 'string' ? { [value]: FACTOR } : value;
  if (given && typeof given === 'object' && !Array.isArray(given)) {
    const entries = Object.entries(given as { readonly [key: string]: Json });
    const fits = entries.every(
      ([name, factor]) =>
        (name === 'l1' || name === 'l2') && typeof factor === 'number' && factor >= 0,
    );
    if (fits && entries.length > 0) {
      return { className: 'L1L2', config: { l1: 0, l2: 0, ...Object.fromEntries(entries) } };
    }
  }
  throw new InputError(
    `${argument} must be l1, l2, or { l1: number, l2: number }. Received: ${show(value)}`,
  );
}
