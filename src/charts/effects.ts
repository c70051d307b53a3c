import type { TopLevelSpec } from 'vega-lite';
import type { Effect } from '../analysis/effects.ts';
import { shortNames } from '../analysis/settings.ts';
import type { SweepSummary } from '../analysis/sweep-summary.ts';
import { formatPercent } from '../common/format.ts';
import { betterWhen, extentOf } from './heatmap.ts';
import { axisFormat } from './metric-axis.ts';
import { COLORS, EM_PER_CHARACTER } from './theme.ts';

const COLUMNS = 3;
const LEVEL_WIDTH = 58;
const NARROWEST = 200;
const WIDEST = 420;
const HEIGHT = 220;
const LABEL_SIZE = 12;

type Panel = Extract<TopLevelSpec, { concat: unknown }>['concat'][number];

/** For each parameter the metric of all runs by its values, their mean and deviation, the strongest first. */
export function effectsChart({ name, metric, effects }: SweepSummary): TopLevelSpec {
  const titles = shortNames(effects.map(({ parameter }) => parameter));
  const levels = effects.flatMap((effect) => effect.levels);
  const domain = extentOf(
    levels.flatMap(({ values, mean, sd }) => [...values, mean - (sd ?? 0), mean + (sd ?? 0)]),
  );
  return {
    title: {
      text: name,
      subtitle: [
        `${metric.name} by the value of each parameter, whatever the others are; ${betterWhen(metric)}`,
        'grey: runs; blue: mean ± standard deviation',
      ],
    },
    columns: COLUMNS,
    spacing: 40,
    concat: effects.map((effect, i) =>
      panel(effect, titles[i] ?? '', { metric: metric.name, domain }),
    ),
  };
}

function panel(
  effect: Effect,
  title: string,
  { metric, domain }: { readonly metric: string; readonly domain: readonly [number, number] },
): Panel {
  const { levels } = effect;
  const labels = levels.map(({ label }) => label);
  const width = Math.max(NARROWEST, Math.min(WIDEST, LEVEL_WIDTH * levels.length));
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
    title: { text: inTwoLines(title), subtitle: describe(effect), fontSize: 14, limit: width + 20 },
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
              // Between words there is nothing.
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

/** All panels have as many lines, so that they stand level. */
function inTwoLines(path: string): string[] {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? [' ', path] : [path.slice(0, dot), path.slice(dot + 1)];
}

function describe({ share, rankCorrelation }: Effect): string[] {
  const correlation = rankCorrelation?.toFixed(2).replace('-', '−');
  return [
    share === null ? ' ' : `${formatPercent(share, 0)} of variance`,
    correlation === undefined ? ' ' : `rank correlation ${correlation}`,
  ];
}
