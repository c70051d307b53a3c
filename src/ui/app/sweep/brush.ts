/** Kept stretches of axes, by their index: heights from 0, at the foot, to 1. */
export type Brushes = Readonly<Record<number, readonly [number, number]>>;

/** Less than this is a press, which takes a stretch away. */
const SHORTEST = 0.02;

/** The stretch from where a pointer was pressed to where it is. */
export function brushed(brushes: Brushes, axis: number, from: number, to: number): Brushes {
  const { [axis]: _, ...others } = brushes;
  const stretch = [Math.min(from, to), Math.max(from, to)] as const;
  return stretch[1] - stretch[0] < SHORTEST ? others : { ...others, [axis]: stretch };
}

/** Whether a line goes through all stretches. */
export function isKept(heights: readonly (number | null)[], brushes: Brushes): boolean {
  return Object.entries(brushes).every(([axis, [low, high]]) => {
    const height = heights[Number(axis)] ?? null;
    return height !== null && height >= low && height <= high;
  });
}
