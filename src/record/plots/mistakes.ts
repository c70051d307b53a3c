import type { TopLevelSpec } from 'vega-lite';
import { showCount } from '../../counts.ts';
import { type Answers, GRID_SIZE, LEGEND, pictureGrid } from './picture-grid.ts';

interface Answer {
  readonly label: number | string;
  readonly predicted: number | string;
  readonly confidence: number;
}

/** All wrong answers, first those that the classifier was surest of. */
export function surestMistakes<Item extends Answer>(all: readonly Item[]): Item[] {
  const mistakes = all.filter(({ label, predicted }) => label !== predicted);
  return mistakes.sort((a, b) => b.confidence - a.confidence);
}

/** The wrong answers that the classifier was surest of, the surest first. */
export function mistakesChart(answers: Answers): Promise<TopLevelSpec> {
  const mistakes = surestMistakes(answers.predictions);
  const predictions = mistakes.slice(0, GRID_SIZE);
  const where = `in ${showCount(answers.predictions.length)} validation pictures`;
  const subtitle =
    mistakes.length === 0
      ? [`no mistakes ${where}`]
      : [
          `${predictions.length} of ${showCount(mistakes.length)} mistakes ${where}, the surest first`,
          LEGEND,
        ];
  return pictureGrid({ ...answers, predictions }, subtitle);
}
