import type { TopLevelSpec } from 'vega-lite';
import { formatMetric, metricOf } from '../experiment/metrics.ts';
import type { EpochRecord } from '../train/callbacks.ts';
import { axisFormat, describeBest, needsLogAxis, type PhaseSpan, phaseSpans } from './axes.ts';
import { COLORS, EM_PER_CHARACTER } from './theme.ts';

const COLUMNS = 2;
const WIDTH = 470;
const HEIGHT = 300;
/** With more epochs, points would hide the lines. */
const MAX_EPOCHS_WITH_POINTS = 60;

/** A run's epochs. */
export interface Curves {
  readonly title: string;
  /** At least one. */
  readonly epochs: readonly EpochRecord[];
}

type Panel = Extract<TopLevelSpec, { concat: unknown }>['concat'][number];
type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];

/**
 * Learning curves: a panel for the loss and for each metric, with both splits over all epochs and the names of the
 * phases.
 */
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
  const split = { field: 'split', type: 'nominal' } as const;
  const domain = ['training', 'validation'];
  return {
    title: { text: metricOf(metric).title, subtitle: summarize(metric, epochs), offset: 10 },
    width: WIDTH,
    height: HEIGHT,
    layer: [
      ...phaseLayers(phaseSpans(epochs), WIDTH / lastEpoch),
      {
        data: { values: points },
        mark: {
          type: 'line',
          strokeWidth: 2,
          point: lastEpoch <= MAX_EPOCHS_WITH_POINTS && { size: lastEpoch === 1 ? 90 : 28 },
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
            ...split,
            scale: { domain, range: [COLORS.training, COLORS.validation] },
            legend: { title: null, orient: 'bottom', symbolType: 'stroke', symbolSize: 600 },
          },
          strokeDash: {
            ...split,
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

interface Point {
  readonly epoch: number;
  readonly split: 'training' | 'validation';
  readonly value: number;
}

/** Values that are not finite, as in a run that diverged, leave a gap. */
function pointsOf(metric: string, epochs: readonly EpochRecord[]): Point[] {
  const points = epochs.flatMap(({ epoch, train, validation }): Point[] => [
    { epoch, split: 'training', value: train[metric] ?? Number.NaN },
    { epoch, split: 'validation', value: validation[metric] ?? Number.NaN },
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
  const to = Math.ceil(Math.log10(Math.max(...values)));
  const decades = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  return {
    scale: { type: 'log' as const },
    axis: { title: 'logarithmic', format: '~g', values: decades },
  };
}

/** The best and the last value on the validation split. */
function summarize(metric: string, epochs: readonly EpochRecord[]): string {
  const values = epochs.map(({ epoch, validation }) => {
    return { epoch, value: validation[metric] ?? null };
  });
  const best = describeBest(metric, values);
  if (best === null) return 'no validation value is a number';
  return `validation: ${best}, last ${formatMetric(metric, values.at(-1)?.value ?? null)}`;
}

const NAME_SIZE = 12;
const ROW_HEIGHT = 16;
const MAX_NAME_WIDTH = 260;

/**
 * Shades every second phase and draws a border where a phase begins, with its name at the upper end. The names have as
 * many rows as they need not to overlap.
 * @param epochWidth pixels of an epoch.
 */
function phaseLayers(spans: readonly PhaseSpan[], epochWidth: number): Layers {
  const rows = nameRows(spans, epochWidth);
  return [
    {
      data: { values: spans.filter((_, i) => i % 2 === 1) },
      mark: { type: 'rect', color: 'black', opacity: 0.05 },
      encoding: { x: { field: 'from', type: 'quantitative' }, x2: { field: 'to' } },
    },
    ...spans.map((span, i) => phaseBorder(span, -((rows[i] ?? 0) + 1) * ROW_HEIGHT)),
  ];
}

/** A line from `top` to the bottom with the phase's name at its upper end. */
function phaseBorder(span: PhaseSpan, top: number): Layers[number] {
  const text = { align: 'left', baseline: 'top', dx: 4, limit: MAX_NAME_WIDTH } as const;
  return {
    data: { values: [span] },
    encoding: { x: { field: 'from', type: 'quantitative' } },
    layer: [
      {
        mark: { type: 'rule', color: COLORS.faint },
        encoding: { y: { value: top }, y2: { value: 'height' } },
      },
      {
        mark: { type: 'text', fontSize: NAME_SIZE, fontWeight: 'bold', ...text },
        encoding: { y: { value: top }, text: { field: 'phase' } },
      },
    ],
  };
}

/** The row of each name, counted from the lowest: a name is above those of all phases that begin below it. */
function nameRows(spans: readonly PhaseSpan[], epochWidth: number): number[] {
  const rows: number[] = [];
  for (const [i, { phase, from }] of [...spans.entries()].reverse()) {
    const width = Math.min(phase.length * NAME_SIZE * EM_PER_CHARACTER, MAX_NAME_WIDTH) + NAME_SIZE;
    const below = rows.filter(
      (_, later) => (spans[later]?.from ?? 0) * epochWidth < from * epochWidth + width,
    );
    rows[i] = Math.max(-1, ...below) + 1;
  }
  return rows;
}
