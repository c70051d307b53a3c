import type { AshaConfig } from '../plan/sweep.ts';

/**
 * Asynchronous successive halving in the variant that stops runs (Li et al. 2020, "A System for Massively
 * Parallel Hyperparameter Tuning"; as Ray Tune and Syne Tune do it): at each rung a run is judged by those
 * that have been there so far, and waits for no other.
 */

/** Epochs after which runs are judged: `minEpochs` times the powers of `eta`, before the last epoch. */
export function rungs({ minEpochs, eta }: AshaConfig, epochs: number): number[] {
  const found: number[] = [];
  for (let rung = minEpochs; rung < epochs; rung *= eta) found.push(rung);
  return found;
}

/**
 * Whether a run goes on from a rung: if it is among the best `1 / eta` of all that have been there, or the
 * best of fewer than `eta`. A value that is no number never is.
 * @param others values of the other runs at the rung.
 */
export function goesOn(
  { metric, eta }: AshaConfig,
  value: number,
  others: readonly number[],
): boolean {
  if (Number.isNaN(value)) return false;
  const sign = metric.goal === 'minimize' ? 1 : -1;
  const better = others.filter((other) => sign * other < sign * value).length;
  return better < Math.max(1, Math.floor((others.length + 1) / eta));
}
