import { bisect } from 'simple-statistics';

/**
 * How likely |T| exceeds |t| under Student's distribution: its series for whole degrees of freedom
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

/** The t that |T| exceeds with this probability, e.g. 0.05: 12.7 for one degree of freedom. */
export function criticalT(probability: number, degrees: number): number {
  // By the angle, of which any t is one between 0 and a right angle.
  const tOf = (angle: number) => Math.tan(angle);
  const excess = (angle: number) => twoSided(tOf(angle), degrees) - probability;
  return tOf(bisect(excess, 0, Math.PI / 2, 200, 1e-14));
}
