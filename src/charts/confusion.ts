import type { TopLevelSpec } from 'vega-lite';
import { formatCount, formatPercent } from '../common/format.ts';
import { formatMetric } from '../experiment/metrics.ts';
import { EM_PER_CHARACTER } from './theme.ts';

const WIDTH = 620;
const LABEL_SIZE = 12;
const MIN_CELL_SIZE = 9;
const MAX_CELL_SIZE = 90;
/** In a shorter legend, its numbers would touch each other. */
const MIN_LEGEND_LENGTH = 220;
const MAX_LEGEND_LENGTH = 300;
/** The least sizes of cells with a count, and of cells with a count and a percentage. */
const MIN_SIZE_FOR_COUNT = 26;
const MIN_SIZE_FOR_PERCENTAGE = 40;
/** With smaller cells, labels are vertical rather than slanted. */
const CROWDED = 16;
/** The share of a row from which a cell is dark and its text white. */
const DARK = 0.35;
/** ColorBrewer's Blues, from white. */
const BLUES = ['#FFFFFF', '#C6DBEF', '#6BAED6', '#08306B'];

/** A confusion matrix and its class names. */
export interface Confusion {
  readonly title: string;
  readonly classNames: readonly string[];
  /** Counts of images; rows are true classes, columns are predicted classes. */
  readonly matrix: readonly (readonly number[])[];
}

interface Cell {
  readonly truth: string;
  readonly predicted: string;
  readonly count: number;
  /** The share of the row's images; 0 in a row without images. */
  readonly share: number;
  readonly percentage: string;
}

/** Counts and row percentages, with colours by percentage; with many classes only colours. */
export function confusionChart({ title, classNames, matrix }: Confusion): TopLevelSpec {
  const size = Math.min(MAX_CELL_SIZE, Math.max(MIN_CELL_SIZE, WIDTH / classNames.length));
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
  const isLevel = longest < size;
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
          labelAngle: isLevel ? 0 : slant,
          labelAlign: isLevel ? 'center' : 'right',
        },
      },
      y: { field: 'truth', type: 'nominal', scale, axis: { ...axis, title: 'true class' } },
    },
    layer: [
      {
        mark: {
          type: 'rect',
          stroke: '#DDDDDD',
          strokeWidth: size < MIN_SIZE_FOR_COUNT ? 0.25 : 1,
        },
        encoding: {
          color: {
            field: 'share',
            type: 'quantitative',
            // A square root shows a few mistakes beside many correct predictions.
            scale: { type: 'sqrt', domain: [0, 0.06, 0.25, 1], range: BLUES, interpolate: 'rgb' },
            legend: {
              title: 'share of row',
              format: '.0%',
              values: [0, 0.01, 0.05, 0.2, 0.5, 1],
              gradientLength: Math.max(
                MIN_LEGEND_LENGTH,
                Math.min(MAX_LEGEND_LENGTH, size * classNames.length),
              ),
            },
          },
        },
      },
      ...(size < MIN_SIZE_FOR_COUNT ? [] : textLayers(size)),
    ],
  };
}

/** The count, and the percentage below it if there is room; nothing for a count of 0. */
function textLayers(size: number): Extract<TopLevelSpec, { layer: unknown }>['layer'] {
  const hasBoth = size >= MIN_SIZE_FOR_PERCENTAGE;
  const color = { condition: { test: `datum.share > ${DARK}`, value: 'white' }, value: 'black' };
  const fontSize = Math.min(16, size / 3.6);
  const transform = [{ filter: 'datum.count > 0' }];
  const count = {
    transform,
    mark: {
      type: 'text' as const,
      fontSize,
      fontWeight: 'bold' as const,
      dy: hasBoth ? -fontSize * 0.5 : 0,
    },
    encoding: { text: { field: 'count', type: 'quantitative' as const, format: ',' }, color },
  };
  const percentage = {
    transform,
    mark: { type: 'text' as const, fontSize: fontSize * 0.8, dy: fontSize * 0.65 },
    encoding: { text: { field: 'percentage', type: 'nominal' as const }, color },
  };
  return hasBoth ? [count, percentage] : [count];
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
  const correct = sum(matrix.map((row, i) => row[i] ?? 0));
  return `${formatMetric('accuracy', correct / total)} of ${formatCount(total)} validation images predicted correctly`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
