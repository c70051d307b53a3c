import type { PictureSource, Pictures } from './dataset.ts';
import { PickedPixels } from './pixels.ts';

/** Pictures that are already decoded, as a source. */
export function inMemory(pictures: Pictures): PictureSource {
  return {
    labels: pictures.labels,
    read: async (places) => {
      const pixels = new PickedPixels(pictures.pixels, [...places]);
      return { ...pictures, pixels, broken: [] };
    },
  };
}
