import { confusionMatrix } from '../../analysis/classification.ts';
import { InputError } from '../../common/errors.ts';
import { readImageSheet, sheetSize, type Tile, tileAt } from '../../run-folder/image-sheet.ts';
import { readPredictions } from '../../run-folder/predictions.ts';
import type { PredictedImage } from '../../runs/run-detail.ts';

/** The validation images that a run's folder contains, with their predictions. */
export interface RunImages {
  readonly images: readonly SheetImage[];
  /** Number of all validation images, by the names of their true class and their predicted class. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface SheetImage extends PredictedImage {
  readonly tile: SizedTile;
}

/** A place in images.webp and the size of that image, in pixels. */
interface SizedTile extends Tile {
  readonly sheetWidth: number;
  readonly sheetHeight: number;
}

/** @throws InputError if the run's folder contains no images. */
export async function readRunImages(run: string): Promise<RunImages> {
  const sheet = await readImageSheet(run);
  if (sheet === null)
    throw new InputError(
      'this run has no saved images: it has not finished, or an old version of cifar-run trained it',
    );
  const classified = await readPredictions(run);
  if (classified === null) return { images: [], counts: {} };
  const { classNames, predictions, imageNames } = classified;
  const className = (label: number | undefined) => classNames[label ?? -1] ?? '';
  const size = sheetSize(sheet);
  const images = sheet.indexes.map((index, position) => ({
    index,
    image: imageNames[index] ?? '',
    truth: className(predictions[index]?.label),
    predicted: className(predictions[index]?.predicted),
    confidence: predictions[index]?.confidence ?? 0,
    tile: { ...tileAt(sheet, position), sheetWidth: size.width, sheetHeight: size.height },
  }));
  const byClass = <T>(values: readonly T[]) =>
    Object.fromEntries(values.map((value, label) => [className(label), value]));
  const confusion = confusionMatrix(predictions, classNames.length);
  return { images, counts: byClass(confusion.map(byClass)) };
}
