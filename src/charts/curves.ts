import type { TopLevelSpec } from 'vega-lite';
import { formatMetric, metricOf } from '../experiment/metrics.ts';
import type { EpochRecord } from '../train/callbacks.ts';
import { axisFormat, describeBest, needsLogAxis } from './metric-axis.ts';
import { phaseLayers, phaseSpans } from './phase-bands.ts';
import { COLORS } from './theme.ts';

const COLUMNS = 2;
const WIDTH = 470;
const HEIGHT = 300;
/** With more epochs than this, points would hide the lines. */
const MOST_POINTS = 60;

/** What learning curves show of a run. */
export interface Curves {
  readonly title: string;
  /** At least one. */
  readonly epochs: readonly EpochRecord[];
}

interface Point {
  readonly epoch: number;
  readonly series: 'training' | 'validation';
  readonly value: number;
}

type Panel = Extract<TopLevelSpec, { concat: unknown }>['concat'][number];

/** The loss and each metric over all epochs, on both splits, a panel each; phases are named. */
export function curvesChart({ title, epochs }: Curves): TopLevelSpec {
  const metrics = Object.keys(epochs[0]?.validation ?? {});
  return {
    title: { text: title, fontSize: 20, offset: 12 },
    spacing: 36,
    columns: COLUMNS,
    concat: metrics.map((metric) => panel(metric, epochs)),
    resolve: { legend: { color: 'shared', strokeDash: 'shared' } },
  };
}

function panel(metric: string, epochs: readonly EpochRecord[]): Panel {
  const points = pointsOf(metric, epochs);
  const lastEpoch = Math.max(...epochs.map(({ epoch }) => epoch));
  const series = { field: 'series', type: 'nominal' } as const;
  const domain = ['training', 'validation'];
  return {
    title: {
      text: metricOf(metric).title,
      subtitle: summary(metric, epochs),
      offset: 10,
    },
    width: WIDTH,
    height: HEIGHT,
    layer: [
      ...phaseLayers(phaseSpans(epochs), WIDTH / lastEpoch),
      {
        data: { values: points },
        mark: {
          type: 'line',
          strokeWidth: 2,
          point: lastEpoch <= MOST_POINTS && { size: lastEpoch === 1 ? 90 : 28 },
        },
        encoding: {
          x: {
            field: 'epoch',
            type: 'quantitative',
            scale: { domain: [0.5, lastEpoch + 0.5], nice: false, zero: false },
            axis: { title: 'epoch', format: 'd', tickMinStep: 1, grid: false },
          },
          y: { field: 'value', type: 'quantitative', ...valueAxis(metric, points) },
          color: {
            ...series,
            scale: { domain, range: [COLORS.training, COLORS.validation] },
            legend: { title: null, orient: 'bottom', symbolType: 'stroke', symbolSize: 600 },
          },
          strokeDash: {
            ...series,
            scale: {
              domain,
              range: [
                [6, 3],
                [1, 0],
              ],
            },
          },
        },
      },
    ],
  };
}

/** Values that are no numbers, as of a run that diverged, leave a gap. */
function pointsOf(metric: string, epochs: readonly EpochRecord[]): Point[] {
  const points = epochs.flatMap(({ epoch, train, validation }): Point[] => [
    { epoch, series: 'training', value: train[metric] ?? Number.NaN },
    { epoch, series: 'validation', value: validation[metric] ?? Number.NaN },
  ]);
  return points.filter(({ value }) => Number.isFinite(value));
}

function valueAxis(metric: string, points: readonly Point[]) {
  const values = points.map(({ value }) => value);
  if (!needsLogAxis(metric, values)) {
    const format = axisFormat(metric);
    return { scale: { zero: false }, axis: { title: null, format, tickCount: 6 } };
  }
  const from = Math.floor(Math.log10(Math.min(...values)));
  const decades = Array.from(
    { length: Math.ceil(Math.log10(Math.max(...values))) - from + 1 },
    (_, i) => 10 ** (from + i),
  );
  return {
    scale: { type: 'log' as const },
    axis: { title: 'logarithmic', format: '~g', values: decades },
  };
}

/** The best and the last value on the validation split. */
function summary(metric: string, epochs: readonly EpochRecord[]): string {
  const values = epochs.map(({ epoch, validation }) => ({
    epoch,
    value: validation[metric] ?? null,
  }));
  const best = describeBest(metric, values);
  if (best === null) return 'no validation value is a number';
  return `validation: ${best}, last ${formatMetric(metric, values.at(-1)?.value ?? null)}`;
}
