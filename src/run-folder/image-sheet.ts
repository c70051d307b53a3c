import type { Prediction } from '../analysis/classification.ts';
import { GRID_SIZE, someExamples, surestMistakes } from '../charts/image-grid.ts';
import { shuffled } from '../common/random.ts';
import type { FinishedRun } from './finished-run.ts';

/** Bounds of the file: so many images in all, of one pair of true and predicted class, and pixels of a side. */
const MOST = 600;
const MOST_OF_PAIR = 24;
const LARGEST_SIDE = 64;
const COLUMNS = 24;

/** Where the images are in images.webp, tiles of one size in rows. */
export interface ImageSheet {
  readonly columns: number;
  /** Pixels of a tile. */
  readonly width: number;
  readonly height: number;
  /** `index` of predictions.csv of each tile. */
  readonly indexes: readonly number[];
}

/** images.json: what lies where in images.webp. */
export function imageSheetJson(run: FinishedRun): string {
  return `${JSON.stringify(imageSheet(run))}\n`;
}

/** images.webp: validation images to look at; small ones as they are, larger ones shrunk. */
export async function imageSheetWebp(run: FinishedRun): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const { columns, width, height, indexes } = imageSheet(run);
  const { pixels, ...size } = run.data.validation;
  const channels = size.channels as 1 | 3;
  const tile = async (index: number, place: number) => ({
    input: await sharp(pixels.of(index), { raw: { ...size, channels } })
      .resize(width, height, { fit: 'fill' })
      .png({ compressionLevel: 0 })
      .toBuffer(),
    left: (place % columns) * width,
    top: Math.floor(place / columns) * height,
  });
  const sheet = {
    width: columns * width,
    height: Math.ceil(indexes.length / columns) * height,
    channels: 3,
    background: 'white',
  } as const;
  return sharp({ create: sheet })
    .composite(await Promise.all(indexes.map(tile)))
    .webp({ lossless: width === size.width && height === size.height, quality: 90 })
    .toBuffer();
}

function imageSheet({ data, experiment, predictions }: FinishedRun): ImageSheet {
  const { width, height } = data.validation;
  const scale = Math.min(1, LARGEST_SIDE / Math.max(width, height));
  const indexes = chosen(predictions, experiment.seed);
  return {
    columns: Math.min(COLUMNS, indexes.length),
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    indexes,
  };
}

/**
 * Those of examples.png and mistakes.png, and of each pair of true and predicted class as many as of the others, as
 * far as it goes; in their own order.
 */
function chosen(predictions: readonly Prediction[], seed: number): number[] {
  const shown = [
    ...someExamples(predictions, seed),
    ...surestMistakes(predictions).slice(0, GRID_SIZE),
  ].map(({ index }) => index);
  const ranks = new Map<string, number>();
  const ranked = inOrder(predictions, seed).map(({ index, label, predicted }) => {
    const pair = `${label} ${predicted}`;
    const rank = ranks.get(pair) ?? 0;
    ranks.set(pair, rank + 1);
    return { index, rank };
  });
  const spread = ranked
    .filter(({ rank }) => rank < MOST_OF_PAIR)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ index }) => index);
  return [...new Set([...shown, ...spread])].slice(0, MOST).toSorted((a, b) => a - b);
}

/** Mistakes the surest first, right answers as the seed has it. */
function inOrder(predictions: readonly Prediction[], seed: number): Prediction[] {
  const right = predictions.filter(({ label, predicted }) => label === predicted);
  const order = shuffled(right.length, [seed, 'images']);
  return [...surestMistakes(predictions), ...Array.from(order, (i) => right[i] as Prediction)];
}
