import { gammaln, quantile } from 'simple-statistics';
import { uniforms } from '../random.ts';

/** Whether each of two classifiers was right, picture by picture. */
export interface Paired {
  readonly first: readonly boolean[];
  readonly second: readonly boolean[];
}

/** What two classifiers' answers to the same pictures say of which is better. */
export interface Verdict {
  readonly pictures: number;
  /** Pictures that only the second has right. */
  readonly fixed: number;
  /** Pictures that only the first has right. */
  readonly broken: number;
  /** The second's accuracy less the first's. */
  readonly difference: number;
  /** Of McNemar's exact test: how likely so uneven a split of the changed answers is by chance. */
  readonly pValue: number;
  /** Of the difference, by the bootstrap over pictures. */
  readonly interval: readonly [number, number];
}

const RESAMPLES = 2000;
/** 95 %. */
const TAILS = [0.025, 0.975];

/** @param seed of the bootstrap: the same seed gives the same interval. */
export function verdictOn({ first, second }: Paired, seed = 0): Verdict {
  const pictures = first.length;
  const changes = second.map((right, i) => Number(right) - Number(first[i]));
  const fixed = changes.filter((change) => change > 0).length;
  const broken = changes.filter((change) => change < 0).length;
  return {
    pictures,
    fixed,
    broken,
    difference: (fixed - broken) / pictures,
    pValue: mcNemar(fixed, broken),
    interval: bootstrap(changes, seed),
  };
}

/**
 * McNemar's exact test, two-sided: each changed answer is as likely to be fixed as broken if both are
 * equally good (statsmodels' `mcnemar(exact=True)`).
 */
export function mcNemar(fixed: number, broken: number): number {
  const n = fixed + broken;
  const logChoose = (k: number) => gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
  let below = 0;
  for (let k = 0; k <= Math.min(fixed, broken); k++) {
    below += Math.exp(logChoose(k) - n * Math.LN2);
  }
  return Math.min(1, 2 * below);
}

/** The percentile interval of the mean change over pictures drawn with replacement (Efron 1979). */
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
