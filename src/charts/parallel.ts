import { median } from 'simple-statistics';
import type { TopLevelSpec } from 'vega-lite';
import { shortNames } from '../analysis/settings.ts';
import { type Cell, rankCells, type SweepSummary } from '../analysis/sweep-summary.ts';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { formatMetric } from '../experiment/metrics.ts';
import { describeGoal, extentOf, labelsOf, metricColors, valuesOf } from './axes.ts';
import { COLORS } from './theme.ts';

const AXIS_DISTANCE = 170;
const HEIGHT = 360;
/** A numeric parameter with more values has a continuous axis. */
const MAX_LABELS = 8;
/** Numbers whose maximum is this many times their minimum may have a logarithmic axis. */
const STEEP = 30;
/** With more cells, lines are thin. */
const CROWDED = 60;
const TICKS = 5;

/** An axis of parallel coordinates. Heights range from 0, at the bottom, to 1. */
export interface ParallelAxis {
  readonly title: string;
  readonly ticks: readonly { readonly label: string; readonly height: number }[];
}

interface Axis extends ParallelAxis {
  height(cell: Cell): number | null;
}

/** The axes of all parameters, then that of the metric. */
export function parallelAxes(summary: SweepSummary): Axis[] {
  const { cells, parameters } = summary;
  const titles = shortNames(parameters);
  const ofParameters = parameters.map((path, i) => parameterAxis(cells, path, titles[i] ?? path));
  return [...ofParameters, metricAxis(summary)];
}

/** A line for each cell through its values of all parameters to its metric, coloured by the metric. */
export function parallelChart(summary: SweepSummary): TopLevelSpec {
  const { name, metric, cells, best } = summary;
  const axes = parallelAxes(summary);
  // The best is drawn last, on top.
  const known = rankCells(cells, metric).filter(({ metrics }) => metrics[metric.name]);
  known.reverse();
  const lines = known.flatMap((cell, line) =>
    axes.map((axis, place) => ({
      line,
      place,
      height: axis.height(cell),
      value: cell.metrics[metric.name]?.mean,
      stopped: !cell.statuses.finished,
      best: cell === best,
    })),
  );
  const ticks = axes.flatMap(({ ticks }, place) => ticks.map((tick) => ({ ...tick, place })));
  const places = axes.map(({ title }, place) => ({
    title: inTwoLines(title),
    place,
    bottom: 0,
    top: 1,
  }));
  const y = { type: 'quantitative' as const, scale: { domain: [0, 1] }, axis: null };
  const domain = extentOf(known.map(({ metrics }) => metrics[metric.name]?.mean ?? 0));
  return {
    title: {
      text: name,
      subtitle: `each line is one cell: its settings, then its mean ${metric.name} (${describeGoal(metric)}); thick: the best, dashed: stopped early`,
      offset: 44,
    },
    width: AXIS_DISTANCE * (axes.length - 1),
    height: HEIGHT,
    encoding: {
      x: {
        field: 'place',
        type: 'quantitative',
        scale: { domain: [0, axes.length - 1], nice: false },
        axis: null,
      },
    },
    layer: [
      {
        data: { values: places },
        mark: { type: 'rule', color: COLORS.faint },
        encoding: { y: { field: 'bottom', ...y }, y2: { field: 'top' } },
      },
      ...[false, true].map((isBest) => ({
        data: { values: lines.filter((each) => each.best === isBest) },
        mark: {
          type: 'line' as const,
          interpolate: 'monotone' as const,
          strokeWidth: isBest ? 5 : known.length > CROWDED ? 1 : 2,
          opacity: isBest ? 1 : 0.8,
        },
        encoding: {
          y: { field: 'height', ...y },
          detail: { field: 'line', type: 'nominal' as const },
          color: {
            field: 'value',
            type: 'quantitative' as const,
            scale: { domain, range: metricColors(metric), interpolate: 'rgb' as const },
            // The last axis shows the colours' values.
            legend: null,
          },
          strokeDash: {
            condition: { test: 'datum.stopped', value: [5, 4] },
            value: [1, 0],
          },
        },
      })),
      {
        data: { values: ticks },
        mark: { type: 'text', align: 'left', dx: 7, fontSize: 12, stroke: 'white', strokeWidth: 4 },
        encoding: { y: { field: 'height', ...y }, text: { field: 'label', type: 'nominal' } },
      },
      {
        data: { values: ticks },
        mark: { type: 'text', align: 'left', dx: 7, fontSize: 12, limit: AXIS_DISTANCE - 20 },
        encoding: { y: { field: 'height', ...y }, text: { field: 'label', type: 'nominal' } },
      },
      {
        data: { values: places },
        mark: {
          type: 'text',
          fontWeight: 'bold',
          fontSize: 12,
          baseline: 'bottom',
          dy: -26,
          lineBreak: '\n',
          limit: AXIS_DISTANCE - 12,
        },
        encoding: { y: { field: 'top', ...y }, text: { field: 'title', type: 'nominal' } },
      },
    ],
  };
}

function parameterAxis(cells: readonly Cell[], path: string, title: string): Axis {
  const values = valuesOf(cells, path);
  const labels = labelsOf(cells, path);
  if (labels.length > MAX_LABELS && values.every((value) => typeof value === 'number')) {
    return numberAxis(values, title, ({ key }) => key[path]);
  }
  const step = (label: string) => (labels.indexOf(label) + 0.5) / labels.length;
  return {
    title,
    height: ({ key }) => step(formatJson(key[path])),
    ticks: labels.map((label) => ({ label, height: step(label) })),
  };
}

/** `head.optimizer` above `learningRate` */
function inTwoLines(path: string): string {
  return path.replace(/\.(?=[^.]*$)/, '\n');
}

function metricAxis({ cells, metric }: SweepSummary): Axis {
  const value = ({ metrics }: Cell) => metrics[metric.name]?.mean;
  return numberAxis(
    cells.flatMap((cell) => value(cell) ?? []),
    metric.name,
    value,
    (x) => formatMetric(metric.name, x),
  );
}

function numberAxis(
  values: readonly number[],
  title: string,
  value: (cell: Cell) => Json | undefined,
  format: (x: number) => string = formatJson,
): Axis {
  const [min, max] = extentOf(values);
  const middle = median([...values]);
  const isLogarithmic = min > 0 && max > STEEP * min && middle < (min + max) / 4;
  const from = (share: number) =>
    isLogarithmic ? min * (max / min) ** share : min + share * (max - min);
  const height = (x: number) =>
    isLogarithmic ? Math.log(x / min) / Math.log(max / min) : (x - min) / (max - min);
  const shares = Array.from({ length: TICKS }, (_, i) => i / (TICKS - 1));
  const label = (x: number) => format(values.every(Number.isInteger) ? Math.round(x) : x);
  return {
    title,
    height: (cell) => {
      const x = value(cell);
      return typeof x === 'number' ? height(x) : null;
    },
    ticks: shares.map((share) => ({ label: label(from(share)), height: share })),
  };
}
