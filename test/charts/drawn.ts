import sharp from 'sharp';
import type { TopLevelSpec } from 'vega-lite';
import { renderPng, renderSvg } from '../../src/charts/render.ts';

export interface Drawn {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of a pixel of the PNG. */
  pixel(x: number, y: number): readonly number[];
  /** The number of pixels in a rectangle that are darker than medium grey. */
  ink(left: number, top: number, right: number, bottom: number): number;
}

/** Renders a chart as PNG and decodes it. */
export async function draw(chart: TopLevelSpec): Promise<Drawn> {
  const png = sharp(await renderPng(chart))
    .removeAlpha()
    .raw();
  const { data, info } = await png.toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => {
    const start = (y * info.width + x) * 3;
    return [...data.subarray(start, start + 3)];
  };
  return {
    width: info.width,
    height: info.height,
    pixel,
    ink(left, top, right, bottom) {
      let count = 0;
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) if (Math.max(...pixel(x, y)) < 128) count++;
      return count;
    },
  };
}

/** All texts of a chart, in the order in which they are drawn. */
export async function textsOf(chart: TopLevelSpec): Promise<string[]> {
  const svg = await renderSvg(chart);
  return [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].map((match) => match[1] ?? '');
}

/** Fails the tests of a `describe` in which vega logs a warning. */
export function refuseWarnings(): void {
  const { warn } = console;
  before(() => {
    console.warn = (...message) => {
      throw new Error(message.join(' '));
    };
  });
  after(() => {
    console.warn = warn;
  });
}
