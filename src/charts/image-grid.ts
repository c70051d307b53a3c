import type { TopLevelSpec } from 'vega-lite';
import type { ClassifiedImages, Prediction } from '../analysis/classification.ts';
import { GRID_SIZE, randomExamples, surestMistakes } from '../analysis/image-selection.ts';
import { formatCount, formatPercent } from '../common/format.ts';
import { type Images, imageName } from '../data/dataset.ts';
import { COLORS } from './theme.ts';

/** Images and their predictions. */
export interface PredictedImages extends Omit<ClassifiedImages, 'imageNames'> {
  readonly title: string;
  /** The split that `Prediction.index` refers to. */
  readonly images: Images;
}

/** A random sample of images with their predictions. */
export function examplesChart(all: PredictedImages, seed: number): Promise<TopLevelSpec> {
  const predictions = randomExamples(all.predictions, seed);
  const correct = predictions.filter(({ label, predicted }) => label === predicted).length;
  const total = formatCount(all.predictions.length);
  return predictionGrid({ ...all, predictions }, [
    `${predictions.length} of ${total} validation images, a random sample; ${correct} predicted correctly`,
    LEGEND,
  ]);
}

/** The most confident incorrect predictions, most confident first. */
export function mistakesChart(all: PredictedImages): Promise<TopLevelSpec> {
  const mistakes = surestMistakes(all.predictions);
  const predictions = mistakes.slice(0, GRID_SIZE);
  const total = `${formatCount(all.predictions.length)} validation images`;
  const subtitle =
    mistakes.length === 0
      ? [`no mistakes in ${total}`]
      : [
          `${predictions.length} of ${formatCount(mistakes.length)} mistakes in ${total}, most confident first`,
          LEGEND,
        ];
  return predictionGrid({ ...all, predictions }, subtitle);
}

const GRID_COLUMNS = 5;
/** Pixels of the chart. A PNG has twice as many: 9 for each pixel of a CIFAR image. */
const IMAGE_SIZE = 144;
/** Names as long as those of CIFAR-100 fit under an image at this size. */
const FONT_SIZE = 12;
/** The room for `100 %` beside the class name. */
const PERCENTAGE_WIDTH = 34;
const CELL_WIDTH = IMAGE_SIZE + 24;
const CELL_HEIGHT = IMAGE_SIZE + 72;

/** Explains the lines under each image. */
const LEGEND = 'under each: predicted class and its probability, true class, image';

/** Images in rows of five, each with its prediction and its true class below it. */
async function predictionGrid(
  { title, classNames, images, predictions }: PredictedImages,
  subtitle: readonly string[],
): Promise<TopLevelSpec> {
  const values = await Promise.all(
    predictions.map(async (prediction, i) => ({
      ...describePrediction(prediction, classNames),
      name: imageName(images, prediction.index),
      url: await pngUrl(images.pixels.of(prediction.index), images, 2 * IMAGE_SIZE),
      left: (i % GRID_COLUMNS) * CELL_WIDTH,
      top: Math.floor(i / GRID_COLUMNS) * CELL_HEIGHT,
    })),
  );
  const text = { align: 'left', baseline: 'top', fontSize: FONT_SIZE } as const;
  const color = {
    condition: { test: '!datum.isCorrect', value: COLORS.incorrect },
    value: COLORS.ink,
  };
  return {
    title: { text: title, subtitle: [...subtitle], offset: 18 },
    data: { values },
    width: Math.min(GRID_COLUMNS, values.length) * CELL_WIDTH,
    height: Math.ceil(values.length / GRID_COLUMNS) * CELL_HEIGHT,
    encoding: PLACE,
    layer: [
      imageMark(IMAGE_SIZE),
      {
        transform: [
          { filter: '!datum.isCorrect' },
          { calculate: `datum.left + ${IMAGE_SIZE}`, as: 'right' },
          { calculate: `datum.top + ${IMAGE_SIZE}`, as: 'bottom' },
        ],
        mark: { type: 'rect', fillOpacity: 0, stroke: COLORS.incorrect, strokeWidth: 4 },
        encoding: { x2: { field: 'right' }, y2: { field: 'bottom' } },
      },
      {
        mark: {
          type: 'text',
          ...text,
          dy: IMAGE_SIZE + 6,
          fontWeight: 'bold',
          limit: IMAGE_SIZE - PERCENTAGE_WIDTH,
        },
        encoding: { text: { field: 'prediction', type: 'nominal' }, color },
      },
      {
        mark: { type: 'text', ...text, dy: IMAGE_SIZE + 6, dx: IMAGE_SIZE, align: 'right' },
        encoding: { text: { field: 'confidence', type: 'nominal' }, color },
      },
      {
        mark: { type: 'text', ...text, dy: IMAGE_SIZE + 24, limit: IMAGE_SIZE },
        encoding: { text: { field: 'truth', type: 'nominal' } },
      },
      {
        // Of a long path, the end says most.
        mark: {
          type: 'text',
          ...text,
          fontSize: FONT_SIZE - 2,
          dy: IMAGE_SIZE + 42,
          dir: 'rtl',
          limit: IMAGE_SIZE,
          color: COLORS.faint,
        },
        encoding: { text: { field: 'name', type: 'nominal' } },
      },
    ],
  };
}

function describePrediction(
  { label, predicted, confidence }: Prediction,
  classNames: readonly string[],
) {
  const isCorrect = label === predicted;
  return {
    isCorrect,
    prediction: `${isCorrect ? '✓' : '✗'} ${classNames[predicted]}`,
    confidence: formatPercent(confidence, 0),
    truth: `true: ${classNames[label]}`,
  };
}

/** Rows of images, each with the lines of its label to its left. */
export interface ContactSheet {
  readonly title: string;
  readonly subtitle: string;
  readonly size: Pick<Images, 'width' | 'height' | 'channels'>;
  readonly rows: readonly {
    readonly label: readonly string[];
    readonly images: readonly Uint8Array[];
  }[];
}

/** Pixels of the chart; a PNG has twice as many. */
const SHEET_IMAGE_SIZE = 96;
const SHEET_GAP = 8;
const LABEL_WIDTH = 120;

export async function contactSheetChart(sheet: ContactSheet): Promise<TopLevelSpec> {
  const { title, subtitle, size, rows } = sheet;
  const step = SHEET_IMAGE_SIZE + SHEET_GAP;
  const images = rows.flatMap((row, i) =>
    row.images.map(async (pixels, column) => ({
      url: await pngUrl(pixels, size, 2 * SHEET_IMAGE_SIZE),
      left: LABEL_WIDTH + column * step,
      top: i * step,
    })),
  );
  const labels = rows.map(({ label }, i) => {
    return { label, left: 0, top: i * step + SHEET_IMAGE_SIZE / 2 };
  });
  const columns = Math.max(...rows.map((row) => row.images.length));
  return {
    title: { text: title, subtitle },
    width: LABEL_WIDTH + columns * step,
    height: rows.length * step,
    encoding: PLACE,
    layer: [
      { data: { values: await Promise.all(images) }, ...imageMark(SHEET_IMAGE_SIZE) },
      {
        data: { values: labels },
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'middle',
          fontSize: 13,
          limit: LABEL_WIDTH - SHEET_GAP,
        },
        encoding: { text: { field: 'label', type: 'nominal' } },
      },
    ],
  };
}

/** Coordinates are pixels, not values of a scale. */
const PLACE = {
  x: { field: 'left', type: 'quantitative', scale: null, axis: null },
  y: { field: 'top', type: 'quantitative', scale: null, axis: null },
} as const;

function imageMark(size: number) {
  return {
    mark: { type: 'image', width: size, height: size, align: 'left', baseline: 'top' },
    encoding: { url: { field: 'url', type: 'nominal' } },
  } as const;
}

/**
 * An image, in HWC order, as PNG in a data URL, at most `side` pixels high and wide. An image of at most half that size
 * is enlarged without blur.
 */
async function pngUrl(
  pixels: Uint8Array,
  { width, height, channels }: ContactSheet['size'],
  side: number,
): Promise<string> {
  const { default: sharp } = await import('sharp');
  const isSmall = 2 * Math.max(width, height) <= side;
  const png = await sharp(pixels, { raw: { width, height, channels: channels as 1 | 3 } })
    .resize(side, side, { fit: 'inside', kernel: isSmall ? 'nearest' : 'lanczos3' })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
