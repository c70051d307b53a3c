import { bisect, gammaln, mean, quantile, sampleStandardDeviation } from 'simple-statistics';
import { uniforms } from '../common/random.ts';

/** Chance explains a difference with a greater p-value. */
export const SIGNIFICANCE = 0.05;

/** Two classifiers on the same images: whether the prediction for each image is correct. */
export interface Paired {
  readonly first: readonly boolean[];
  readonly second: readonly boolean[];
}

/** The evidence on which of two classifiers is better. */
export interface Verdict {
  readonly images: number;
  /** Images that only the second classifier predicts correctly. */
  readonly fixed: number;
  /** Images that only the first classifier predicts correctly. */
  readonly broken: number;
  /** The second accuracy minus the first. */
  readonly difference: number;
  /** The p-value of McNemar's exact test: the probability of such an uneven split by chance. */
  readonly pValue: number;
  /** The 95 % interval of the difference, by the bootstrap over images. */
  readonly interval: readonly [number, number];
}

const RESAMPLES = 2000;
/** 95 %. */
const TAILS = [0.025, 0.975];

/** @param seed of the bootstrap; equal seeds give equal intervals. */
export function verdictOn({ first, second }: Paired, seed = 0): Verdict {
  const images = first.length;
  const changes = second.map((isCorrect, i) => Number(isCorrect) - Number(first[i]));
  const fixed = changes.filter((change) => change > 0).length;
  const broken = changes.filter((change) => change < 0).length;
  return {
    images,
    fixed,
    broken,
    difference: (fixed - broken) / images,
    pValue: mcNemar(fixed, broken),
    interval: bootstrap(changes, seed),
  };
}

/**
 * McNemar's exact test, two-sided: if both classifiers are equally good, a changed prediction is fixed or broken with
 * equal probability (statsmodels' `mcnemar(exact=True)`).
 */
export function mcNemar(fixed: number, broken: number): number {
  const n = fixed + broken;
  const logChoose = (k: number) => gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
  let tail = 0;
  for (let k = 0; k <= Math.min(fixed, broken); k++) {
    tail += Math.exp(logChoose(k) - n * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}

/** The percentile interval of the mean change over images drawn with replacement (Efron 1979). */
function bootstrap(changes: readonly number[], seed: number): [number, number] {
  const n = changes.length;
  const means = Array.from({ length: RESAMPLES }, (_, resample) => {
    const draws = uniforms(n, [seed, 'bootstrap', resample]);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += changes[Math.floor((draws[i] as number) * n)] as number;
    return sum / n;
  });
  const [low = 0, high = 0] = quantile(means, TAILS);
  return [low, high];
}

/** A difference between two recipes compared with the noise of their seeds. */
export interface SeedNoise {
  readonly first: Spread;
  readonly second: Spread;
  /** Both sides have the same seeds, and each seed is compared with itself. */
  readonly isPaired: boolean;
  /** The second mean minus the first. */
  readonly difference: number;
  /** The p-value of Student's t-test: the probability that seeds alone cause such a difference. */
  readonly pValue: number;
  /** The 95 % interval of the difference. */
  readonly interval: readonly [number, number];
}

/** A result by seed. */
export type BySeed = ReadonlyMap<number, number>;

/**
 * Student's t-test, two-sided. If both sides have the same seeds, each seed is a pair (SciPy's `ttest_rel`): its first
 * weights and its order of images are common to both. Otherwise the samples are independent with the pooled deviation
 * (statsmodels' `CompareMeans`, `usevar='pooled'`), so that one side may have a single run.
 * @returns `null` if neither side has replicates: the noise is unknown then.
 */
export function seedNoise(first: BySeed, second: BySeed): SeedNoise | null {
  const [one, other] = [spreadOf([...first.values()]), spreadOf([...second.values()])];
  if (!one || !other || one.n + other.n < 3) return null;
  const isPaired = one.n === other.n && [...first.keys()].every((seed) => second.has(seed));
  const { error, degrees } = isPaired ? pairedError(first, second) : pooledError(one, other);
  const difference = other.mean - one.mean;
  const margin = criticalT(SIGNIFICANCE, degrees) * error;
  return {
    first: one,
    second: other,
    isPaired,
    difference,
    pValue: difference === 0 ? 1 : twoSided(difference / error, degrees),
    interval: [difference - margin, difference + margin],
  };
}

/** The standard error of a difference between two means, and its degrees of freedom. */
interface StandardError {
  readonly error: number;
  readonly degrees: number;
}

function pairedError(first: BySeed, second: BySeed): StandardError {
  const changes = Array.from(first, ([seed, value]) => (second.get(seed) as number) - value);
  const n = changes.length;
  return { error: sampleStandardDeviation(changes) / Math.sqrt(n), degrees: n - 1 };
}

function pooledError(one: Spread, other: Spread): StandardError {
  const degrees = one.n + other.n - 2;
  const squares = [one, other].reduce((sum, { n, sd }) => sum + (n - 1) * (sd ?? 0) ** 2, 0);
  return { error: Math.sqrt((squares / degrees) * (1 / one.n + 1 / other.n)), degrees };
}

/** The mean and deviation of some numbers. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  /** The sample's standard deviation (n − 1); `null` for a single number. */
  readonly sd: number | null;
}

/** `null` for no numbers. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sd = values.length > 1 ? sampleStandardDeviation([...values]) : null;
  return { n: values.length, mean: mean([...values]), sd };
}

/**
 * The probability that |T| exceeds |t| under Student's distribution, by its series for integer degrees of freedom
 * (Abramowitz and Stegun 26.7.3 and 26.7.4).
 */
export function twoSided(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sin, cos] = [Math.sin(Math.abs(angle)), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cos : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 2 : 1; k <= degrees - 3; k += 2) {
    term *= (k / (k + 1)) * cos ** 2;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (Math.abs(angle) + sin * sum) : sin * sum;
  return Math.max(0, 1 - within);
}

/** The t that |T| exceeds with this probability: 12.7 for 0.05 and one degree of freedom. */
export function criticalT(probability: number, degrees: number): number {
  // The search runs over angles: every t is the tangent of one between 0 and a right angle.
  const excess = (angle: number) => twoSided(Math.tan(angle), degrees) - probability;
  return Math.tan(bisect(excess, 0, Math.PI / 2, 200, 1e-14));
}
