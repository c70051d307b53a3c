import { type StreamKey, uniforms } from '../../random.ts';

/** Numbers from Beta(alpha, alpha) by Jöhnk's rejection (1964), which suits the small alphas of mixing. */
export function betas(count: number, alpha: number, key: StreamKey): Float32Array {
  const accepted: number[] = [];
  for (let round = 0; accepted.length < count; round++) {
    const draws = uniforms(2 * count, [...key, round]).map((u) => u ** (1 / alpha));
    for (let i = 0; i < count; i++) {
      const [a, b] = [draws[2 * i] as number, draws[2 * i + 1] as number];
      if (a + b > 0 && a + b <= 1) accepted.push(a / (a + b));
    }
  }
  return Float32Array.from(accepted.slice(0, count));
}
