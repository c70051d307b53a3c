import type { TopLevelSpec } from 'vega-lite';
import type { Images } from '../data/dataset.ts';
import { pngUrl } from './render.ts';

/** Of the chart, in pixels; a PNG has twice as many. */
const IMAGE = 96;
const GAP = 8;
const LABEL_WIDTH = 120;

export interface ContactSheet {
  readonly title: string;
  readonly subtitle: string;
  readonly size: Pick<Images, 'width' | 'height' | 'channels'>;
  readonly rows: readonly { readonly label: string; readonly images: readonly Uint8Array[] }[];
}

/** Rows of images, each under the name to its left. */
export async function contactSheetChart(sheet: ContactSheet): Promise<TopLevelSpec> {
  const { title, subtitle, size, rows } = sheet;
  const images = rows.flatMap(({ images }, row) =>
    images.map(async (pixels, column) => ({
      url: await pngUrl(pixels, size, 2 * IMAGE),
      left: LABEL_WIDTH + column * (IMAGE + GAP),
      top: row * (IMAGE + GAP),
    })),
  );
  const labels = rows.map(({ label }, row) => ({
    label,
    left: 0,
    top: row * (IMAGE + GAP) + IMAGE / 2,
  }));
  const columns = Math.max(...rows.map((row) => row.images.length));
  return {
    title: { text: title, subtitle },
    width: LABEL_WIDTH + columns * (IMAGE + GAP),
    height: rows.length * (IMAGE + GAP),
    layer: [
      {
        data: { values: await Promise.all(images) },
        mark: { type: 'image', width: IMAGE, height: IMAGE, align: 'left', baseline: 'top' },
        encoding: { ...place, url: { field: 'url', type: 'nominal' } },
      },
      {
        data: { values: labels },
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'middle',
          fontSize: 13,
          limit: LABEL_WIDTH - GAP,
        },
        encoding: { ...place, text: { field: 'label', type: 'nominal' } },
      },
    ],
  };
}

/** Coordinates are pixels, not values of a scale. */
const place = {
  x: { field: 'left', type: 'quantitative', scale: null, axis: null },
  y: { field: 'top', type: 'quantitative', scale: null, axis: null },
} as const;
