import type { TopLevelSpec } from 'vega-lite';
import { formatCount, formatPercent } from '../common/format.ts';
import { formatMetric } from '../experiment/metrics.ts';
import { EM_PER_CHARACTER } from './theme.ts';

const WIDTH = 620;
const LABEL_SIZE = 12;
const SMALLEST_CELL = 9;
const LARGEST_CELL = 90;
/** Of the legend; in a shorter one the numbers beside it are too close to each other. */
const SHORTEST_LEGEND = 220;
const LONGEST_LEGEND = 300;
/** Cells of at least so many pixels hold the count, or the count and the percentage. */
const FITS_COUNT = 26;
const FITS_PERCENTAGE = 40;
/** Labels are vertical rather than slanted where rows are closer than this. */
const CROWDED = 16;
/** Share of a row from which the cell is dark and its text white. */
const DARK = 0.35;
/** ColorBrewer's Blues, from white. */
const BLUES = ['#FFFFFF', '#C6DBEF', '#6BAED6', '#08306B'];

/** What a image of a confusion matrix shows. */
export interface Confusion {
  readonly title: string;
  readonly classNames: readonly string[];
  /** Rows are true classes, columns predicted ones. */
  readonly matrix: readonly (readonly number[])[];
}

interface Cell {
  readonly truth: string;
  readonly predicted: string;
  readonly count: number;
  /** Of the images of the row; 0 in a row without images. */
  readonly share: number;
  readonly percentage: string;
}

/** Counts and row percentages, with colour by percentage; with many classes colour alone. */
export function confusionChart({ title, classNames, matrix }: Confusion): TopLevelSpec {
  const size = Math.min(LARGEST_CELL, Math.max(SMALLEST_CELL, WIDTH / classNames.length));
  const cells = matrix.flatMap((row, i) => cellsOf(row, classNames[i] ?? '', classNames));
  const axis = {
    ticks: false,
    domain: false,
    labelLimit: 220,
    labelFontSize: Math.min(LABEL_SIZE, size - 1),
  };
  const scale = { domain: [...classNames], paddingInner: 0, paddingOuter: 0 };
  const longest =
    Math.max(...classNames.map(({ length }) => length)) * LABEL_SIZE * EM_PER_CHARACTER;
  const slant = size < CROWDED ? -90 : -40;
  const level = longest < size;
  return {
    title: { text: title, subtitle: subtitle(matrix), offset: 16 },
    data: { values: cells },
    width: { step: size },
    height: { step: size },
    encoding: {
      x: {
        field: 'predicted',
        type: 'nominal',
        scale,
        axis: {
          ...axis,
          title: 'predicted class',
          labelAngle: level ? 0 : slant,
          labelAlign: level ? 'center' : 'right',
        },
      },
      y: { field: 'truth', type: 'nominal', scale, axis: { ...axis, title: 'true class' } },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: '#DDDDDD', strokeWidth: size < FITS_COUNT ? 0.25 : 1 },
        encoding: {
          color: {
            field: 'share',
            type: 'quantitative',
            // A square root shows the few images of a mistake beside the many that are right.
            scale: { type: 'sqrt', domain: [0, 0.06, 0.25, 1], range: BLUES, interpolate: 'rgb' },
            legend: {
              title: 'share of row',
              format: '.0%',
              values: [0, 0.01, 0.05, 0.2, 0.5, 1],
              gradientLength: Math.max(
                SHORTEST_LEGEND,
                Math.min(LONGEST_LEGEND, size * classNames.length),
              ),
            },
          },
        },
      },
      ...(size < FITS_COUNT ? [] : numbers(size)),
    ],
  };
}

/** The count, above it the percentage where there is room; nothing where nothing was counted. */
function numbers(size: number): Extract<TopLevelSpec, { layer: unknown }>['layer'] {
  const both = size >= FITS_PERCENTAGE;
  const color = { condition: { test: `datum.share > ${DARK}`, value: 'white' }, value: 'black' };
  const fontSize = Math.min(16, size / 3.6);
  const counted = [{ filter: 'datum.count > 0' }];
  const count = {
    transform: counted,
    mark: {
      type: 'text' as const,
      fontSize,
      fontWeight: 'bold' as const,
      dy: both ? -fontSize * 0.5 : 0,
    },
    encoding: { text: { field: 'count', type: 'quantitative' as const, format: ',' }, color },
  };
  const percentage = {
    transform: counted,
    mark: { type: 'text' as const, fontSize: fontSize * 0.8, dy: fontSize * 0.65 },
    encoding: { text: { field: 'percentage', type: 'nominal' as const }, color },
  };
  return both ? [count, percentage] : [count];
}

function cellsOf(row: readonly number[], truth: string, classNames: readonly string[]): Cell[] {
  const total = sum(row);
  return row.map((count, j) => {
    const share = total === 0 ? 0 : count / total;
    return {
      truth,
      predicted: classNames[j] ?? '',
      count,
      share,
      percentage: formatPercent(share, share < 0.01 ? 1 : 0),
    };
  });
}

function subtitle(matrix: readonly (readonly number[])[]): string {
  const total = sum(matrix.map(sum));
  const right = sum(matrix.map((row, i) => row[i] ?? 0));
  return `${formatMetric('accuracy', right / total)} of ${formatCount(total)} validation images are right`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
