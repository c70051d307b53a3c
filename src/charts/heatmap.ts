import type { TopLevelSpec } from 'vega-lite';
import type { Cell } from '../analysis/cells.ts';
import type { Metric } from '../analysis/compared-run.ts';
import { shortNames } from '../analysis/settings.ts';
import type { SweepSummary } from '../analysis/sweep-summary.ts';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { formatMetric } from '../experiment/metrics.ts';
import { axisFormat } from './metric-axis.ts';
import { COLORS, EM_PER_CHARACTER } from './theme.ts';

const WIDTH = 1100;
const SMALLEST_CELL = 24;
const LARGEST_CELL = 96;
/** Of a cell's width. */
const CELL_HEIGHT = 0.64;
/** Cells of at least so many pixels hold numbers. */
const FITS_NUMBERS = 64;
const LABEL_SIZE = 12;

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** Mean and deviation of the metric for each pair of values of a sweep's two parameters. */
export function heatmapChart(summary: SweepSummary): TopLevelSpec {
  const { name, metric, parameters, cells, best } = summary;
  const axes = parameters.map((path): Axis => ({ path, labels: labelsOf(cells, path) }));
  const [down, across] = axes.toSorted((a, b) => a.labels.length - b.labels.length);
  if (!down || !across)
    throw new RangeError(`a heat map has two parameters. Received: ${parameters}`);
  const size = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, WIDTH / across.labels.length));
  const means = cells.flatMap((cell) => cell.metrics[metric.name]?.mean ?? []);
  const domain = extentOf(means);
  return {
    title: {
      text: name,
      subtitle: `mean ${metric.name} ± standard deviation over seeds; ${betterWhen(metric)}`,
    },
    data: {
      values: cells.map((cell) => ({
        across: formatJson(cell.key[across.path]),
        down: formatJson(cell.key[down.path]),
        mean: cell.metrics[metric.name]?.mean ?? null,
        best: cell === best,
        ...wordsOf(cell, metric.name, cell === best),
      })),
    },
    width: { step: size },
    height: { step: size * CELL_HEIGHT },
    encoding: {
      x: { field: 'across', type: 'nominal', ...axisOf(across, parameters, size) },
      y: { field: 'down', type: 'nominal', ...axisOf(down, parameters) },
    },
    layer: [
      { mark: { type: 'rect', fill: '#E8E8E8', stroke: 'white', strokeWidth: 2 } },
      {
        transform: [{ filter: 'isValid(datum.mean)' }],
        mark: { type: 'rect', stroke: 'white', strokeWidth: 2 },
        encoding: {
          color: {
            field: 'mean',
            type: 'quantitative',
            scale: { domain, range: metricColors(metric), interpolate: 'rgb' },
            legend: { title: metric.name, format: axisFormat(metric.name), tickCount: 5 },
          },
        },
      },
      {
        transform: [{ filter: 'datum.best' }],
        mark: { type: 'rect', fillOpacity: 0, stroke: COLORS.wrong, strokeWidth: 4 },
      },
      ...(size < FITS_NUMBERS ? [] : numbers(domain, summary)),
    ],
  };
}

interface Axis {
  readonly path: string;
  readonly labels: readonly string[];
}

/** @param step pixels that a label may be wide before it slants. */
function axisOf({ path, labels }: Axis, parameters: readonly string[], step = Infinity) {
  const title = shortNames(parameters)[parameters.indexOf(path)] ?? path;
  const longest = Math.max(...labels.map(({ length }) => length)) * LABEL_SIZE * EM_PER_CHARACTER;
  const labelAngle = longest > step ? -35 : 0;
  return {
    scale: { domain: [...labels], paddingInner: 0, paddingOuter: 0 },
    axis: { title, ticks: false, domain: false, labelLimit: 220, labelPadding: 6, labelAngle },
  };
}

/** The mean, its deviation below, and what became of runs that did not finish. */
function numbers([least, greatest]: readonly [number, number], { metric }: SweepSummary): Layer[] {
  const middle = (least + greatest) / 2;
  const bright = metric.goal === 'minimize' ? '<' : '>';
  const color = {
    condition: {
      test: `!isValid(datum.mean) || datum.mean ${bright} ${middle}`,
      value: COLORS.ink,
    },
    value: 'white',
  };
  // Together, the two texts stand in the middle of the cell.
  return [
    text(
      'number',
      { fontSize: 15, fontWeight: 'bold', dy: { expr: '-8 * datum.detailLines' } },
      color,
    ),
    text(
      'details',
      {
        fontSize: 12,
        lineBreak: '\n',
        dy: { expr: 'datum.number ? 20 - 8 * datum.detailLines : 0' },
      },
      color,
    ),
  ];
}

function text(field: string, mark: object, color: object): Layer {
  return { mark: { type: 'text', ...mark }, encoding: { text: { field, type: 'nominal' }, color } };
}

function wordsOf({ metrics, statuses, runs }: Cell, metric: string, isBest: boolean) {
  const spread = metrics[metric];
  const others = Object.entries(statuses)
    .filter(([status]) => status !== 'finished')
    .map(([status, count]) => (runs.length === 1 ? status : `${count} ${status}`));
  const details = [
    ...(spread && spread.sd !== null ? [`± ${formatMetric(metric, spread.sd)}`] : []),
    ...(others.length > 0 ? [others.join(', ')] : []),
  ];
  return {
    number: spread ? `${isBest ? '★ ' : ''}${formatMetric(metric, spread.mean)}` : '',
    details: details.join('\n'),
    detailLines: details.length,
  };
}

/** Viridis, which is even for the eye, in grey too, and for any kind of colour vision. */
const VIRIDIS = ['#440154', '#414487', '#2A788E', '#22A884', '#7AD151', '#FDE725'];

/** From the worst to the best, the best bright. */
export function metricColors({ goal }: Metric): string[] {
  return goal === 'minimize' ? VIRIDIS.toReversed() : VIRIDIS;
}

/** `maximize`: `higher is better` */
export function betterWhen({ goal }: Metric): string {
  return goal === 'minimize' ? 'lower is better' : 'higher is better';
}

/** The least and the greatest of some numbers, a little apart if they are one. */
export function extentOf(values: readonly number[]): [number, number] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return least < greatest ? [least, greatest] : [least - 0.5e-3, least + 0.5e-3];
}

/** The values of a parameter: numbers from the least, all else in the order of the runs. */
export function valuesOf(cells: readonly Cell[], parameter: string): Json[] {
  const values = cells.map(({ key }) => key[parameter] ?? null);
  const numbers = values.every((value) => typeof value === 'number');
  return numbers ? values.toSorted((a, b) => Number(a) - Number(b)) : values;
}

export function labelsOf(cells: readonly Cell[], parameter: string): string[] {
  return [...new Set(valuesOf(cells, parameter).map(formatJson))];
}
