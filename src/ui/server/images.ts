import { join } from 'node:path';
import { InputError } from '../../common/errors.ts';
import type { ImageSheet } from '../../run-folder/image-sheet.ts';
import { readRecord } from '../../run-folder/read-record.ts';
import { readAnswers } from '../../runs/answers.ts';

/** Validation images that a run keeps, and how many there are of each kind. */
export interface RunImages {
  readonly images: readonly SheetImage[];
  /** By true class, then by the one that it was taken for. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface SheetImage {
  /** Which one it is of the validation images, from 0. */
  readonly index: number;
  readonly truth: string;
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** Where it is in images.webp, in pixels. */
  readonly tile: Tile;
}

interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly sheetWidth: number;
  readonly sheetHeight: number;
}

/** @throws InputError for a run that keeps none. */
export async function imagesOf(run: string): Promise<RunImages> {
  const sheet = await readRecord<ImageSheet>(join(run, 'images.json'), 'indexes');
  if (sheet === null)
    throw new InputError(
      'this run keeps no images: it was done before runs kept some, or has not ended',
    );
  const answers = await readAnswers(run);
  if (answers === null) return { images: [], counts: {} };
  const { classNames, labels, predicted, confidence, confusion } = answers;
  const nameOf = (label: number | undefined) => classNames[label ?? -1] ?? '';
  const images = sheet.indexes.map((index, place) => ({
    index,
    truth: nameOf(labels[index]),
    predicted: nameOf(predicted[index]),
    confidence: confidence[index] ?? 0,
    tile: tileAt(place, sheet),
  }));
  const counts = Object.fromEntries(
    confusion.map((row, truth) => [
      nameOf(truth),
      Object.fromEntries(row.map((count, taken) => [nameOf(taken), count])),
    ]),
  );
  return { images, counts };
}

function tileAt(place: number, { columns, width, height, indexes }: ImageSheet): Tile {
  return {
    left: (place % columns) * width,
    top: Math.floor(place / columns) * height,
    width,
    height,
    sheetWidth: columns * width,
    sheetHeight: Math.ceil(indexes.length / columns) * height,
  };
}
