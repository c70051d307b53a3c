import type { Config } from 'vega-lite';

/** Okabe and Ito's palette. Colour-blind readers can distinguish its colours. */
export const COLORS = {
  training: '#0072B2',
  validation: '#D55E00',
  incorrect: '#D55E00',
  ink: '#222222',
  faint: '#8A8A8A',
} as const;

/** The mean width of a character of the font's condensed face, in ems; slightly more than English text needs. */
export const EM_PER_CHARACTER = 0.58;

/** The common style of all charts. */
export const THEME: Config = {
  background: 'white',
  padding: 16,
  font: 'DejaVu Sans',
  view: { stroke: null },
  title: {
    anchor: 'start',
    fontSize: 16,
    subtitleFontSize: 12,
    subtitleColor: '#555555',
    offset: 14,
  },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: COLORS.ink,
    titleColor: COLORS.ink,
    gridColor: '#E3E3E3',
    domainColor: COLORS.faint,
    tickColor: COLORS.faint,
  },
  legend: { labelFontSize: 12, titleFontSize: 12, symbolStrokeWidth: 2.5 },
};
