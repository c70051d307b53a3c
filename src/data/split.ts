import { type StreamKey, shuffled } from '../common/random.ts';

/** The places at which each label stands, by label. */
export function placesByLabel(labels: Int32Array, classCount: number): number[][] {
  const places: number[][] = Array.from({ length: classCount }, () => []);
  labels.forEach((label, place) => {
    places[label]?.push(place);
  });
  return places;
}

/**
 * Divides `total` among classes in proportion to their sizes, by the largest remainder; ties go to
 * the earlier class.
 */
export function proportionalShares(sizes: readonly number[], total: number): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * total) / all);
  const shares = exact.map(Math.floor);
  const rest = total - shares.reduce((sum, share) => sum + share, 0);
  exact
    .map((share, label) => ({ label, remainder: share % 1 }))
    .sort((a, b) => b.remainder - a.remainder)
    .slice(0, rest)
    .forEach(({ label }) => {
      shares[label] = (shares[label] as number) + 1;
    });
  return shares;
}

/**
 * Divides `total` among classes evenly; what a small class cannot give, larger ones do. What does not
 * divide comes from the larger classes, and of equal ones from the earlier.
 */
export function evenShares(sizes: readonly number[], total: number): number[] {
  const shares = sizes.map(() => 0);
  let left = total;
  const bySize = sizes
    .map((size, label) => ({ size, label }))
    .sort((a, b) => a.size - b.size || b.label - a.label);
  bySize.forEach(({ size, label }, done) => {
    const share = Math.min(size, Math.floor(left / (bySize.length - done)));
    shares[label] = share;
    left -= share;
  });
  return shares;
}

/** Draws `shares[label]` places of each label at random; what is drawn and what is left, by label. */
export function draw(
  places: readonly (readonly number[])[],
  shares: readonly number[],
  key: StreamKey,
): { drawn: number[][]; left: number[][] } {
  const drawn: number[][] = [];
  const left: number[][] = [];
  places.forEach((own, label) => {
    const order = Array.from(shuffled(own.length, [...key, label]), (i) => own[i] as number);
    drawn.push(order.slice(0, shares[label]));
    left.push(order.slice(shares[label]));
  });
  return { drawn, left };
}
