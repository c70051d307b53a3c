import type { TopLevelSpec } from 'vega-lite';
import { showCount } from '../../counts.ts';
import { shuffled } from '../../random.ts';
import { type Answers, GRID_SIZE, LEGEND, pictureGrid } from './picture-grid.ts';

/** Twenty-five that the seed picks, in their own order. */
export function someExamples<Item>(all: readonly Item[], seed: number): Item[] {
  const chosen = shuffled(all.length, [seed, 'examples']).slice(0, GRID_SIZE);
  return all.filter((_, i) => chosen.includes(i));
}

/** Pictures at random. */
export function examplesChart(answers: Answers, seed: number): Promise<TopLevelSpec> {
  const all = answers.predictions;
  const predictions = someExamples(all, seed);
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const total = showCount(all.length);
  return pictureGrid({ ...answers, predictions }, [
    `${predictions.length} of ${total} validation pictures at random, ${right} of them right`,
    LEGEND,
  ]);
}
