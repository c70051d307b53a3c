import type { TopLevelSpec } from 'vega-lite';
import type { EpochRecord } from '../train/callbacks.ts';
import { phaseLayers, phaseSpans } from './phase-bands.ts';
import { COLORS, percent } from './theme.ts';

const WIDTH = 470;
const HEIGHT = 300;
/** With more epochs than this, points would hide the lines. */
const MOST_POINTS = 60;
/** A loss whose largest value is so many times its median is drawn on a logarithmic axis. */
const STEEP = 20;

/** What learning curves show of a run. */
export interface Curves {
  readonly title: string;
  /** At least one. */
  readonly epochs: readonly EpochRecord[];
  /** The metric beside the loss, if there is one. */
  readonly metric: string | null;
}

interface Point {
  readonly epoch: number;
  readonly series: 'training' | 'validation';
  readonly value: number;
}

type Panel = Extract<TopLevelSpec, { hconcat: unknown }>['hconcat'][number];

/** Loss and a metric over all epochs, training and validation, side by side; phases are named. */
export function curvesChart({ title, epochs, metric }: Curves): TopLevelSpec {
  const measures = metric ? ['loss', metric] : ['loss'];
  return {
    title: { text: title, fontSize: 20, offset: 12 },
    spacing: 36,
    hconcat: measures.map((measure) => panel(measure, epochs)),
    resolve: { legend: { color: 'shared', strokeDash: 'shared' } },
  };
}

function panel(measure: string, epochs: readonly EpochRecord[]): Panel {
  const points = pointsOf(measure, epochs);
  const lastEpoch = Math.max(...epochs.map(({ epoch }) => epoch));
  const series = { field: 'series', type: 'nominal' } as const;
  const domain = ['training', 'validation'];
  return {
    title: {
      text: measure.charAt(0).toUpperCase() + measure.slice(1),
      subtitle: summary(measure, epochs),
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
          y: { field: 'value', type: 'quantitative', ...valueAxis(measure, points) },
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
function pointsOf(measure: string, epochs: readonly EpochRecord[]): Point[] {
  const points = epochs.flatMap(({ epoch, train, validation }): Point[] => [
    { epoch, series: 'training', value: train[measure] ?? Number.NaN },
    { epoch, series: 'validation', value: validation[measure] ?? Number.NaN },
  ]);
  return points.filter(({ value }) => Number.isFinite(value));
}

/** Whether a few values are so far above the others that only a logarithmic axis shows them all. */
export function isSteep(values: readonly number[]): boolean {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return (sorted[0] ?? 0) > 0 && (sorted.at(-1) ?? 0) >= STEEP * median;
}

function valueAxis(measure: string, points: readonly Point[]) {
  const values = points.map(({ value }) => value);
  if (measure !== 'loss' || !isSteep(values)) {
    const format = isShare(measure) ? '~%' : '~g';
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

/** The numbers that people look for first: the best and the last value on validation images. */
function summary(measure: string, epochs: readonly EpochRecord[]): string {
  const values = pointsOf(measure, epochs).filter(({ series }) => series === 'validation');
  const lower = measure === 'loss' || measure === 'mse';
  const [best] = values.toSorted((a, b) => (lower ? a.value - b.value : b.value - a.value));
  const last = epochs.at(-1)?.validation[measure];
  if (!best || last === undefined) return 'no validation value is a number';
  const format = (value: number) => (isShare(measure) ? percent(value, 2) : value.toPrecision(4));
  return `validation: best ${format(best.value)} in epoch ${best.epoch}, last ${format(last)}`;
}

function isShare(measure: string): boolean {
  return measure === 'accuracy';
}
