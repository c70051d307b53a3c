import { createRequire } from 'node:module';
import type * as Vega from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import type { Images } from '../data/dataset.ts';
import { EM_PER_CHARACTER, THEME } from './theme.ts';

/** Pixels of the PNG for one pixel of the chart, so that it is sharp on a fine screen and in print. */
const SCALE = 2;

const require = createRequire(import.meta.url);
const fontFiles = ['DejaVuSansCondensed', 'DejaVuSansCondensed-Bold'].map((font) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${font}.ttf`),
);

/** Letters of scripts that the font lacks, such as Chinese; the system's fonts may have them. */
const FOREIGN = /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}]/u;

/** Draws a chart as PNG; its font comes with the program, so the machine needs none. */
export async function renderPng(chart: TopLevelSpec): Promise<Buffer> {
  const svg = await renderSvg(chart);
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: { fontFiles, loadSystemFonts: FOREIGN.test(svg) },
  });
  return image.asPng();
}

/** The same chart as SVG. vega takes half a second to load, so it is loaded only here. */
export async function renderSvg(chart: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  setTextMetrics(vega);
  const view = new vega.View(vega.parse(compile(chart, { config: THEME }).spec), {
    renderer: 'none',
  });
  const svg = await view.toSVG();
  view.finalize();
  // Nothing in vega chooses the condensed face of a family; here every text inherits it.
  return svg.replace('<svg ', '<svg font-stretch="condensed" ');
}

/** Without a canvas vega takes every character for 0.8 em wide, far more than the font's are. */
function setTextMetrics(vega: typeof Vega): void {
  const { textMetrics } = vega as typeof Vega & { textMetrics: TextMetrics };
  textMetrics.width = ({ fontSize = 11, limit }, text) =>
    Math.min(String(text).length * fontSize * EM_PER_CHARACTER, limit || Number.POSITIVE_INFINITY);
}

/** vega's export for programs with metrics of their own, which its types leave out. */
interface TextMetrics {
  width: (item: { readonly fontSize?: number; readonly limit?: number }, text: unknown) => number;
}

/**
 * A image, in HWC order, as PNG in a data URL, at most `side` pixels high and wide; small ones, of at most half of
 * that, are enlarged pixel by pixel, without blur.
 */
export async function pngUrl(
  pixels: Uint8Array,
  { width, height, channels }: Pick<Images, 'width' | 'height' | 'channels'>,
  side: number,
): Promise<string> {
  const { default: sharp } = await import('sharp');
  const small = 2 * Math.max(width, height) <= side;
  const png = await sharp(pixels, { raw: { width, height, channels: channels as 1 | 3 } })
    .resize(side, side, { fit: 'inside', kernel: small ? 'nearest' : 'lanczos3' })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
