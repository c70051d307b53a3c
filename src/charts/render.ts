import { createRequire } from 'node:module';
import type * as Vega from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { EM_PER_CHARACTER, THEME } from './theme.ts';

/** Pixels of the PNG per pixel of the chart, so that it is sharp on high-resolution screens and in print. */
const SCALE = 2;

const require = createRequire(import.meta.url);
const fontFiles = ['DejaVuSansCondensed', 'DejaVuSansCondensed-Bold'].map((font) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${font}.ttf`),
);

/** Letters of scripts that the font lacks, such as Chinese. The system's fonts may have them. */
const FOREIGN = /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}]/u;

/** Renders a chart as PNG. Its font is part of the program, so that the machine needs none. */
export async function renderPng(chart: TopLevelSpec): Promise<Buffer> {
  const svg = await renderSvg(chart);
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: { fontFiles, loadSystemFonts: FOREIGN.test(svg) },
  });
  return image.asPng();
}

/** Renders a chart as SVG. vega takes half a second to load, so it is loaded only here. */
export async function renderSvg(chart: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  setTextMetrics(vega);
  const view = new vega.View(vega.parse(compile(chart, { config: THEME }).spec), {
    renderer: 'none',
  });
  const svg = await view.toSVG();
  view.finalize();
  // vega cannot select the condensed face of a family; here every text inherits it.
  return svg.replace('<svg ', '<svg font-stretch="condensed" ').replaceAll(NOT_XML, '\ufffd');
}

/** Characters that XML cannot contain; they come from class names. Source: www.w3.org/TR/xml, production 2. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** Sets the font's character width. Without a canvas, vega assumes 0.8 em, which is far too much. */
function setTextMetrics(vega: typeof Vega): void {
  const { textMetrics } = vega as typeof Vega & { textMetrics: TextMetrics };
  textMetrics.width = ({ fontSize = 11, limit }, text) =>
    Math.min(String(text).length * fontSize * EM_PER_CHARACTER, limit || Number.POSITIVE_INFINITY);
}

/** vega's export for programs with their own text metrics, which its types lack. */
interface TextMetrics {
  width: (item: { readonly fontSize?: number; readonly limit?: number }, text: unknown) => number;
}
