import { shuffled } from '../common/random.ts';

/** The number of images in examples.png and in mistakes.png, at most. */
export const GRID_SIZE = 25;

/** Selects a random sample of the grid's size, in the order of `all`. */
export function randomExamples<Item>(all: readonly Item[], seed: number): Item[] {
  const selected = new Set(shuffled(all.length, [seed, 'examples']).slice(0, GRID_SIZE));
  return all.filter((_, i) => selected.has(i));
}

interface PredictedImage {
  readonly label: number | string;
  readonly predicted: number | string;
  readonly confidence: number;
}

/** Incorrect predictions, most confident first. */
export function surestMistakes<Item extends PredictedImage>(all: readonly Item[]): Item[] {
  const mistakes = all.filter(({ label, predicted }) => label !== predicted);
  return mistakes.toSorted((a, b) => b.confidence - a.confidence);
}
