import { mean, sampleStandardDeviation } from 'simple-statistics';

/** Some numbers in short. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  /** Of the sample (n − 1); `null` for a single number. */
  readonly sd: number | null;
}

/** `null` for no numbers. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sd = values.length > 1 ? sampleStandardDeviation([...values]) : null;
  return { n: values.length, mean: mean([...values]), sd };
}
