import type { TopLevelSpec } from 'vega-lite';
import { showCount } from '../../counts.ts';
import { shuffled } from '../../random.ts';
import { type Answers, GRID_SIZE, LEGEND, pictureGrid } from './picture-grid.ts';

/** Twenty-five pictures that the seed picks, in their own order. */
export function examplesChart(answers: Answers, seed: number): Promise<TopLevelSpec> {
  const all = answers.predictions;
  const chosen = shuffled(all.length, [seed, 'examples']).slice(0, GRID_SIZE).sort();
  const predictions = all.filter((_, i) => chosen.includes(i));
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const total = showCount(all.length);
  return pictureGrid({ ...answers, predictions }, [
    `${predictions.length} of ${total} validation pictures at random, ${right} of them right`,
    LEGEND,
  ]);
}
