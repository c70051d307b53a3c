import type { Cell } from './share.ts';

const STEPS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that a key leads to; `null` for a key that leads nowhere. */
export function move({ truth, predicted }: Cell, key: string, classes: number): Cell | null {
  const within = (index: number) => Math.min(classes - 1, Math.max(0, index));
  if (key === 'Home') return { truth, predicted: 0 };
  if (key === 'End') return { truth, predicted: classes - 1 };
  const step = STEPS[key];
  return step ? { truth: within(truth + step[0]), predicted: within(predicted + step[1]) } : null;
}
