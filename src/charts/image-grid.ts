import type { TopLevelSpec } from 'vega-lite';
import type { ClassifiedImages, Prediction } from '../analysis/classification.ts';
import { GRID_SIZE, randomExamples, surestMistakes } from '../analysis/image-selection.ts';
import { formatCount, formatPercent } from '../common/format.ts';
import type { Images } from '../data/dataset.ts';
import { pngUrl } from './render.ts';
import { COLORS } from './theme.ts';

const COLUMNS = 5;

/** Of the chart; a PNG has twice as many, which is 9 for each pixel of a CIFAR image. */
const IMAGE = 144;
/** With it names as long as CIFAR-100's fit under the image. */
const FONT_SIZE = 12;
/** Beside the class name, for `100 %`. */
const PERCENTAGE = 34;
const CELL_WIDTH = IMAGE + 24;
const CELL_HEIGHT = IMAGE + 56;
const PNG_SIZE = 2 * IMAGE;

/** Explains the two lines under each image. */
export const LEGEND = 'under each: predicted class and its probability, then the true class';

/** Images and their predictions. */
export interface ImageGrid extends ClassifiedImages {
  readonly title: string;
  /** The split that `Prediction.index` refers to. */
  readonly images: Images;
}

/** Images in rows of five, each over what it was taken for and what it is. */
export async function imageGrid(
  { title, classNames, images, predictions }: ImageGrid,
  subtitle: readonly string[],
): Promise<TopLevelSpec> {
  const values = await Promise.all(
    predictions.map(async (prediction, i) => ({
      ...describe(prediction, classNames),
      url: await pngUrl(images.pixels.of(prediction.index), images, PNG_SIZE),
      left: (i % COLUMNS) * CELL_WIDTH,
      top: Math.floor(i / COLUMNS) * CELL_HEIGHT,
    })),
  );
  const text = { align: 'left', baseline: 'top', fontSize: FONT_SIZE } as const;
  const color = { condition: { test: '!datum.right', value: COLORS.wrong }, value: COLORS.ink };
  return {
    title: { text: title, subtitle: [...subtitle], offset: 18 },
    data: { values },
    width: Math.min(COLUMNS, values.length) * CELL_WIDTH,
    height: Math.ceil(values.length / COLUMNS) * CELL_HEIGHT,
    encoding: { x: place('left'), y: place('top') },
    layer: [
      {
        mark: { type: 'image', width: IMAGE, height: IMAGE, align: 'left', baseline: 'top' },
        encoding: { url: { field: 'url', type: 'nominal' } },
      },
      {
        transform: [{ filter: '!datum.right' }, ...corner],
        mark: { type: 'rect', fillOpacity: 0, stroke: COLORS.wrong, strokeWidth: 4 },
        encoding: { x2: { field: 'imageRight' }, y2: { field: 'imageBottom' } },
      },
      {
        mark: {
          type: 'text',
          ...text,
          dy: IMAGE + 6,
          fontWeight: 'bold',
          limit: IMAGE - PERCENTAGE,
        },
        encoding: { text: { field: 'answer', type: 'nominal' }, color },
      },
      {
        mark: { type: 'text', ...text, dy: IMAGE + 6, dx: IMAGE, align: 'right' },
        encoding: { text: { field: 'confidence', type: 'nominal' }, color },
      },
      {
        mark: { type: 'text', ...text, dy: IMAGE + 24, limit: IMAGE },
        encoding: { text: { field: 'truth', type: 'nominal' } },
      },
    ],
  };
}

/** Coordinates are pixels, not values of a scale. */
function place(field: string) {
  return { field, type: 'quantitative', scale: null, axis: null } as const;
}

const corner = [
  { calculate: `datum.left + ${IMAGE}`, as: 'imageRight' },
  { calculate: `datum.top + ${IMAGE}`, as: 'imageBottom' },
];

function describe({ label, predicted, confidence }: Prediction, classNames: readonly string[]) {
  const right = label === predicted;
  return {
    right,
    answer: `${right ? '✓' : '✗'} ${classNames[predicted]}`,
    confidence: formatPercent(confidence, 0),
    truth: `true: ${classNames[label]}`,
  };
}

/** Images at random. */
export function examplesChart(grid: ImageGrid, seed: number): Promise<TopLevelSpec> {
  const all = grid.predictions;
  const predictions = randomExamples(all, seed);
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const total = formatCount(all.length);
  return imageGrid({ ...grid, predictions }, [
    `${predictions.length} of ${total} validation images at random, ${right} of them right`,
    LEGEND,
  ]);
}

/** The wrong grid that the classifier was surest of, the surest first. */
export function mistakesChart(grid: ImageGrid): Promise<TopLevelSpec> {
  const mistakes = surestMistakes(grid.predictions);
  const predictions = mistakes.slice(0, GRID_SIZE);
  const where = `in ${formatCount(grid.predictions.length)} validation images`;
  const subtitle =
    mistakes.length === 0
      ? [`no mistakes ${where}`]
      : [
          `${predictions.length} of ${formatCount(mistakes.length)} mistakes ${where}, the surest first`,
          LEGEND,
        ];
  return imageGrid({ ...grid, predictions }, subtitle);
}
