import type { TopLevelSpec } from 'vega-lite';
import type { Pictures } from '../../data/dataset.ts';
import { pngUrl } from './picture-url.ts';

/** Of the chart, in pixels; a PNG has twice as many. */
const PICTURE = 96;
const GAP = 8;
const LABEL_WIDTH = 120;

export interface ContactSheet {
  readonly title: string;
  readonly subtitle: string;
  readonly size: Pick<Pictures, 'width' | 'height' | 'channels'>;
  readonly rows: readonly { readonly label: string; readonly pictures: readonly Uint8Array[] }[];
}

/** Rows of pictures, each under the name to its left. */
export async function contactSheetChart(sheet: ContactSheet): Promise<TopLevelSpec> {
  const { title, subtitle, size, rows } = sheet;
  const pictures = rows.flatMap(({ pictures }, row) =>
    pictures.map(async (pixels, column) => ({
      url: await pngUrl(pixels, size, 2 * PICTURE),
      left: LABEL_WIDTH + column * (PICTURE + GAP),
      top: row * (PICTURE + GAP),
    })),
  );
  const labels = rows.map(({ label }, row) => ({
    label,
    left: 0,
    top: row * (PICTURE + GAP) + PICTURE / 2,
  }));
  const columns = Math.max(...rows.map((row) => row.pictures.length));
  return {
    title: { text: title, subtitle },
    width: LABEL_WIDTH + columns * (PICTURE + GAP),
    height: rows.length * (PICTURE + GAP),
    layer: [
      {
        data: { values: await Promise.all(pictures) },
        mark: { type: 'image', width: PICTURE, height: PICTURE, align: 'left', baseline: 'top' },
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
