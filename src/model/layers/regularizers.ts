import type { Json } from '../../config/experiment.ts';
import { InputError } from '../../errors.ts';
import { show } from './args.ts';
import type { Identifier } from './identifiers.ts';

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
