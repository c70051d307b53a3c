import type { Json } from '../../config/experiment.ts';
import { InputError } from '../../errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import { show } from './args.ts';

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
