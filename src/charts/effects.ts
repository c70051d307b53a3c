import type { TopLevelSpec } from 'vega-lite';
import type { Effect } from '../analysis/effects.ts';
import { shortNames } from '../analysis/settings.ts';
import type { SweepSummary } from '../analysis/sweep-summary.ts';
import { formatPercent } from '../common/format.ts';
import { axisFormat, describeGoal, extentOf } from './axes.ts';
import { COLORS, EM_PER_CHARACTER } from './theme.ts';

const COLUMNS = 3;
const LEVEL_WIDTH = 58;
const MIN_WIDTH = 200;
const MAX_WIDTH = 420;
const HEIGHT = 220;
const LABEL_SIZE = 12;

type Panel = Extract<TopLevelSpec, { concat: unknown }>['concat'][number];

interface MetricAxis {
  readonly metric: string;
  readonly domain: readonly [number, number];
}

/**
 * A panel for each parameter: the metric of all runs by its values, with mean and deviation; the strongest effect
 * first.
 */
export function effectsChart({ name, metric, effects }: SweepSummary): TopLevelSpec {
  const titles = shortNames(effects.map(({ parameter }) => parameter));
  const levels = effects.flatMap((effect) => effect.levels);
  const domain = extentOf(
    levels.flatMap(({ values, mean, sd }) => [...values, mean - (sd ?? 0), mean + (sd ?? 0)]),
  );
  const axis = { metric: metric.name, domain };
  return {
    title: {
      text: name,
      subtitle: [
        `${metric.name} by the value of each parameter, over all values of the others; ${describeGoal(metric)}`,
        'grey: runs; blue: mean ± standard deviation',
      ],
    },
    columns: COLUMNS,
    spacing: 40,
    concat: effects.map((effect, i) => panel(effect, titles[i] ?? '', axis)),
  };
}

function panel(effect: Effect, title: string, { metric, domain }: MetricAxis): Panel {
  const { levels } = effect;
  const labels = levels.map(({ label }) => label);
  const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, LEVEL_WIDTH * levels.length));
  const longest = Math.max(...labels.map(({ length }) => length)) * LABEL_SIZE * EM_PER_CHARACTER;
  const x = {
    field: 'label',
    type: 'nominal',
    scale: { domain: labels },
    axis: { title: null, labelAngle: longest > width / levels.length ? -35 : 0, labelLimit: 160 },
  } as const;
  const means = levels.map(({ label, mean, sd }) => ({
    label,
    mean,
    low: mean - (sd ?? 0),
    high: mean + (sd ?? 0),
  }));
  return {
    title: {
      text: inTwoLines(title),
      subtitle: describeStrength(effect),
      fontSize: 14,
      limit: width + 20,
    },
    width,
    height: HEIGHT,
    layer: [
      {
        data: {
          values: levels.flatMap(({ label, values }) => values.map((value) => ({ label, value }))),
        },
        mark: { type: 'point', filled: true, size: 30, color: COLORS.faint, opacity: 0.55 },
        encoding: {
          x,
          y: {
            field: 'value',
            type: 'quantitative',
            scale: { domain: [...domain], zero: false, nice: true },
            axis: { title: metric, format: axisFormat(metric), tickCount: 5 },
          },
        },
      },
      {
        data: { values: means },
        encoding: { x },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 2, color: COLORS.training },
            encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
          },
          {
            mark: {
              type: 'line',
              // Only numbers have values between them.
              strokeWidth: effect.isNumber ? 2 : 0,
              color: COLORS.training,
              point: { size: 90, filled: true, color: COLORS.training },
            },
            encoding: { y: { field: 'mean', type: 'quantitative' } },
          },
        ],
      },
    ],
  };
}

/** Splits a path into two lines. Equal numbers of lines align the panels. */
function inTwoLines(path: string): string[] {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? [' ', path] : [path.slice(0, dot), path.slice(dot + 1)];
}

function describeStrength({ share, rankCorrelation }: Effect): string[] {
  const correlation = rankCorrelation?.toFixed(2).replace('-', '−');
  return [
    share === null ? ' ' : `${formatPercent(share, 0)} of variance`,
    correlation === undefined ? ' ' : `rank correlation ${correlation}`,
  ];
}
