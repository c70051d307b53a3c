import { join } from 'node:path';
import type { Prediction } from '../analysis/classification.ts';
import { GRID_SIZE, randomExamples, surestMistakes } from '../analysis/image-selection.ts';
import { readRegularFile, writeAtomic } from '../common/files.ts';
import { shuffled } from '../common/random.ts';
import type { EvaluatedRun } from './finished-run.ts';
import { JsonFile } from './run-file.ts';

/*
 * Some validation images of a finished run: images.webp has them as tiles of one size, images.json lists the image of
 * each tile.
 */

const MAX_IMAGES = 600;
/** The most images of one pair of true and predicted class. */
const MAX_PER_PAIR = 24;
/** The most pixels of a tile's side. */
const MAX_SIDE = 64;
const COLUMNS = 24;
/** A sheet of 600 tiles has 7 MB before compression. */
const MAX_SHEET_BYTES = 2 ** 25;

/** The content of images.json. */
export interface ImageSheet {
  readonly columns: number;
  /** Pixels of a tile. */
  readonly width: number;
  readonly height: number;
  /** The image of each tile, in rows: its `index` in predictions.csv. */
  readonly indexes: readonly number[];
}

/** The place of a tile in images.webp, in pixels. */
export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const SHEET = new JsonFile<ImageSheet>('images.json', { version: 1, keys: ['indexes'], indent: 0 });
const IMAGES = 'images.webp';

/** Reads images.json; `null` if there is none. @throws UnreadableFileError */
export function readImageSheet(folder: string): Promise<ImageSheet | null> {
  return SHEET.read(folder);
}

/** Reads images.webp; `null` if there is none. */
export function readSheetImage(folder: string): Promise<Uint8Array | null> {
  return readRegularFile(join(folder, IMAGES), MAX_SHEET_BYTES).catch(() => null);
}

/** @param place of the tile in `ImageSheet.indexes`. */
export function tileAt({ columns, width, height }: ImageSheet, place: number): Tile {
  return {
    left: (place % columns) * width,
    top: Math.floor(place / columns) * height,
    width,
    height,
  };
}

/** The size of images.webp, in pixels. */
export function sheetSize({ columns, width, height, indexes }: ImageSheet) {
  return { width: columns * width, height: Math.ceil(indexes.length / columns) * height };
}

/** Writes images.json and images.webp; images larger than a tile are scaled down. */
export async function writeImageSheet(folder: string, run: EvaluatedRun): Promise<void> {
  const sheet = planSheet(run);
  await SHEET.write(folder, sheet);
  await writeAtomic(join(folder, IMAGES), await drawSheet(sheet, run));
}

/** Chooses the images and the tile size. */
export function planSheet({ data, experiment, predictions }: EvaluatedRun): ImageSheet {
  const { width, height } = data.validation;
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const indexes = selectImages(predictions, experiment.seed);
  return {
    columns: Math.min(COLUMNS, indexes.length),
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    indexes,
  };
}

/** Draws images.webp; images of the tiles' size lose nothing. */
export async function drawSheet(sheet: ImageSheet, run: EvaluatedRun): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const { width, height, indexes } = sheet;
  const { pixels, ...size } = run.data.validation;
  const channels = size.channels as 1 | 3;
  const tiles = indexes.map(async (index, place) => {
    const { left, top } = tileAt(sheet, place);
    const input = await sharp(pixels.of(index), { raw: { ...size, channels } })
      .resize(width, height, { fit: 'fill' })
      .png({ compressionLevel: 0 })
      .toBuffer();
    return { input, left, top };
  });
  return sharp({ create: { ...sheetSize(sheet), channels: 3, background: 'white' } })
    .composite(await Promise.all(tiles))
    .webp({ lossless: width === size.width && height === size.height, quality: 90 })
    .toBuffer();
}

/**
 * Selects the images of examples.png and mistakes.png, and an equal number from each pair of true and predicted class
 * as far as the sheet has room; in ascending order.
 */
function selectImages(predictions: readonly Prediction[], seed: number): number[] {
  const charted = [
    ...randomExamples(predictions, seed),
    ...surestMistakes(predictions).slice(0, GRID_SIZE),
  ].map(({ index }) => index);
  const ranks = new Map<string, number>();
  const ranked = orderImages(predictions, seed).map(({ index, label, predicted }) => {
    const pair = `${label} ${predicted}`;
    const rank = ranks.get(pair) ?? 0;
    ranks.set(pair, rank + 1);
    return { index, rank };
  });
  const fromPairs = ranked
    .filter(({ rank }) => rank < MAX_PER_PAIR)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ index }) => index);
  return [...new Set([...charted, ...fromPairs])].slice(0, MAX_IMAGES).toSorted((a, b) => a - b);
}

/** Mistakes, most confident first, then the correct predictions in a random order. */
function orderImages(predictions: readonly Prediction[], seed: number): Prediction[] {
  const correct = predictions.filter(({ label, predicted }) => label === predicted);
  const order = shuffled(correct.length, [seed, 'images']);
  return [...surestMistakes(predictions), ...Array.from(order, (i) => correct[i] as Prediction)];
}
