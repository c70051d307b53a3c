import { InputError } from '../errors.ts';
import type { EpochRecord } from './callbacks.ts';

type Goal = 'minimize' | 'maximize';

/** The number that `monitor` names: `loss`, `accuracy`, `val_loss`, … */
export function monitored({ train, validation }: EpochRecord, monitor: string): number {
  const values: Record<string, number> = { ...train };
  for (const [name, value] of Object.entries(validation)) values[`val_${name}`] = value;
  const value = values[monitor];
  if (value !== undefined) return value;
  throw new InputError(
    `monitor must be one of ${Object.keys(values).join(', ')}. Received: ${monitor}`,
  );
}

/** Whether `value` beats `best` by more than `minDelta`, as Keras' callbacks ask; NaN beats nothing. */
export function improves(
  value: number,
  best: number | null,
  { goal, minDelta }: { readonly goal: Goal; readonly minDelta: number },
): boolean {
  if (best === null) return true;
  return goal === 'minimize' ? value + minDelta < best : value - minDelta > best;
}
