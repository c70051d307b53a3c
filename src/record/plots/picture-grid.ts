import type { TopLevelSpec } from 'vega-lite';
import type { Prediction } from '../../compare/classification.ts';
import type { Pictures } from '../../data/dataset.ts';
import { pngUrl } from './picture-url.ts';
import { COLORS, percent } from './theme.ts';

const COLUMNS = 5;
/** How many pictures a grid shows. */
export const GRID_SIZE = COLUMNS * COLUMNS;

/** Of the chart; a PNG has twice as many, which is 9 for each pixel of a CIFAR picture. */
const PICTURE = 144;
/** With it names as long as CIFAR-100's fit under the picture. */
const FONT_SIZE = 12;
/** Beside the class name, for `100 %`. */
const PERCENTAGE = 34;
const CELL_WIDTH = PICTURE + 24;
const CELL_HEIGHT = PICTURE + 56;
const PNG_SIZE = 2 * PICTURE;

/** Explains the two lines under each picture. */
export const LEGEND = 'under each: predicted class and its probability, then the true class';

/** What a classifier said of some pictures, and the pictures. */
export interface Answers {
  readonly title: string;
  readonly classNames: readonly string[];
  /** The pictures that `Prediction.index` counts. */
  readonly pictures: Pictures;
  readonly predictions: readonly Prediction[];
}

/** Pictures in rows of five, each over what it was taken for and what it is. */
export async function pictureGrid(
  { title, classNames, pictures, predictions }: Answers,
  subtitle: readonly string[],
): Promise<TopLevelSpec> {
  const values = await Promise.all(
    predictions.map(async (prediction, i) => ({
      ...describe(prediction, classNames),
      url: await pngUrl(pictures.pixels.of(prediction.index), pictures, PNG_SIZE),
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
        mark: { type: 'image', width: PICTURE, height: PICTURE, align: 'left', baseline: 'top' },
        encoding: { url: { field: 'url', type: 'nominal' } },
      },
      {
        transform: [{ filter: '!datum.right' }, ...corner],
        mark: { type: 'rect', fillOpacity: 0, stroke: COLORS.wrong, strokeWidth: 4 },
        encoding: { x2: { field: 'pictureRight' }, y2: { field: 'pictureBottom' } },
      },
      {
        mark: {
          type: 'text',
          ...text,
          dy: PICTURE + 6,
          fontWeight: 'bold',
          limit: PICTURE - PERCENTAGE,
        },
        encoding: { text: { field: 'answer', type: 'nominal' }, color },
      },
      {
        mark: { type: 'text', ...text, dy: PICTURE + 6, dx: PICTURE, align: 'right' },
        encoding: { text: { field: 'confidence', type: 'nominal' }, color },
      },
      {
        mark: { type: 'text', ...text, dy: PICTURE + 24, limit: PICTURE },
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
  { calculate: `datum.left + ${PICTURE}`, as: 'pictureRight' },
  { calculate: `datum.top + ${PICTURE}`, as: 'pictureBottom' },
];

function describe({ label, predicted, confidence }: Prediction, classNames: readonly string[]) {
  const right = label === predicted;
  return {
    right,
    answer: `${right ? '✓' : '✗'} ${classNames[predicted]}`,
    confidence: percent(confidence, 0),
    truth: `true: ${classNames[label]}`,
  };
}
