import { type Spread, spreadOf } from './spread.ts';
import { criticalT, twoSided } from './student-t.ts';

/** What runs that differ in their seeds alone say of a difference between two recipes. */
export interface SeedNoise {
  readonly first: Spread;
  readonly second: Spread;
  /** The second's mean less the first's. */
  readonly difference: number;
  /** Of Student's t-test: how likely seeds alone make so large a difference. */
  readonly pValue: number;
  /** Of the difference, 95 %. */
  readonly interval: readonly [number, number];
}

/** 95 %. */
const TAILS = 0.05;

/**
 * Student's two-sample t-test, two-sided, with the deviation of both together (statsmodels'
 * `CompareMeans`, `usevar='pooled'`), so that one side may be a single run.
 * @returns `null` where there are no replicates on either side: nothing is known of the noise then.
 */
export function seedNoise(first: readonly number[], second: readonly number[]): SeedNoise | null {
  const [one, other] = [spreadOf(first), spreadOf(second)];
  if (!one || !other || one.n + other.n < 3) return null;
  const degrees = one.n + other.n - 2;
  const squares = [one, other].reduce((sum, { n, sd }) => sum + (n - 1) * (sd ?? 0) ** 2, 0);
  const error = Math.sqrt((squares / degrees) * (1 / one.n + 1 / other.n));
  const difference = other.mean - one.mean;
  const margin = criticalT(TAILS, degrees) * error;
  return {
    first: one,
    second: other,
    difference,
    pValue: difference === 0 ? 1 : twoSided(difference / error, degrees),
    interval: [difference - margin, difference + margin],
  };
}
