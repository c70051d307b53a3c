import type { Images } from '../data/dataset.ts';
import { MemoryPixels } from '../data/pixels.ts';
import type { Preprocessing } from '../data/preprocessing.ts';
import { readImageSheet, readSheetImage, tileAt } from '../run-folder/image-sheet.ts';

/** The most images on which an export is verified. */
const MAX_IMAGES = 128;

/**
 * Reads validation images from a run's folder, at the size of the training images; `null` if it has none. Large images
 * have lost detail there, which does not matter for a comparison of two engines.
 */
export async function readValidationImages(
  run: string,
  { imageShape }: Preprocessing,
): Promise<Images | null> {
  const sheet = await readImageSheet(run);
  const sheetImage = await readSheetImage(run);
  if (!sheet || !sheetImage) return null;
  const { default: sharp } = await import('sharp');
  const [height, width, channels] = imageShape;
  const { data, info } = await sharp(sheetImage)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  // Evenly spread, so that correct predictions are among them, not only the mistakes.
  const count = Math.min(MAX_IMAGES, sheet.indexes.length);
  const tiles = Array.from({ length: count }, (_, i) =>
    sharp(data, { raw: info })
      .extract(tileAt(sheet, Math.floor((i * sheet.indexes.length) / count)))
      .resize(width, height, { fit: 'fill' })
      .raw()
      .toBuffer(),
  );
  const pixels = new MemoryPixels(
    Buffer.concat(await Promise.all(tiles)),
    height * width * channels,
  );
  return { height, width, channels, labels: new Int32Array(count), pixels };
}
