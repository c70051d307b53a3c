import { didYouMean } from '../../common/did-you-mean.ts';
import { InputError } from '../../common/errors.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import { activation, regularizer } from './identifiers.ts';
import { initializer } from './initializers.ts';
import type { LayerKind } from './layer.ts';

/**
 * A layer's arguments as tfjs-layers takes them, with Keras' initializers where none is named; each
 * initializer draws its own seed from `seedOf(argument)`.
 * @throws InputError when an argument is unknown, or names an activation, initializer or regularizer that is.
 */
export function tfjsArgs(
  kind: LayerKind,
  args: LayerArgs,
  seedOf: (argument: string) => number,
): Record<string, unknown> {
  const odd = Object.keys(args).find((name) => !kind.args.includes(name));
  if (odd !== undefined) {
    const known = kind.args.join(', ') || 'no arguments';
    throw new InputError(`takes ${known}. Received: ${odd}${didYouMean(odd, kind.args)}`);
  }
  const converted: Record<string, unknown> = {};
  for (const name of kind.args) {
    const value = args[name];
    if (name.endsWith('Initializer')) converted[name] = initializer(name, value, seedOf(name));
    else if (value === undefined || value === null) continue;
    else if (name.endsWith('Regularizer')) converted[name] = regularizer(name, value);
    else if (name === 'activation') converted[name] = activation(value);
    else converted[name] = value;
  }
  return converted;
}
