import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { PictureSheet } from '../record/artifacts/picture-sheet.ts';
import { readRecord } from '../record/read-record.ts';
import { readAnswers } from '../runs/answers.ts';

/** Validation pictures that a run keeps, and how many there are of each kind. */
export interface RunPictures {
  readonly pictures: readonly SheetPicture[];
  /** By true class, then by the one that it was taken for. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface SheetPicture {
  /** Which one it is of the validation pictures, from 0. */
  readonly index: number;
  readonly truth: string;
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** Where it is in pictures.webp, in pixels. */
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
export async function picturesOf(run: string): Promise<RunPictures> {
  const sheet = await readRecord<PictureSheet>(join(run, 'pictures.json'), 'indexes');
  if (sheet === null)
    throw new InputError(
      'this run keeps no pictures: it was done before runs kept some, or has not ended',
    );
  const answers = await readAnswers(run);
  if (answers === null) return { pictures: [], counts: {} };
  const { classNames, labels, predicted, confidence, confusion } = answers;
  const nameOf = (label: number | undefined) => classNames[label ?? -1] ?? '';
  const pictures = sheet.indexes.map((index, place) => ({
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
  return { pictures, counts };
}

function tileAt(place: number, { columns, width, height, indexes }: PictureSheet): Tile {
  return {
    left: (place % columns) * width,
    top: Math.floor(place / columns) * height,
    width,
    height,
    sheetWidth: columns * width,
    sheetHeight: Math.ceil(indexes.length / columns) * height,
  };
}
