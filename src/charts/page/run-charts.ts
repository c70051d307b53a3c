import { goalOf } from '../../config/goal.ts';
import type { EpochRow, RunDetail } from '../../runs/run-detail.ts';
import { showMeasure } from '../../ui/components/format.ts';
import { phaseSpans } from '../phase-bands.ts';
import type { ChartProps, Line } from './chart.tsx';

/** Colours of theme.css for lines of several runs, and how often each can be told from the others by dashes. */
const RUN_COLORS = 6;
/** More digits cannot be seen. */
const DIGITS = 5;

/** The charts of one run: the loss and each metric, on training and validation images. */
export function runCharts(epochs: readonly EpochRow[]): ChartProps[] {
  const names = Object.keys(epochs[0]?.metrics ?? {}).filter((name) => !name.startsWith('val_'));
  return names.map((metric) => ({
    title: titleOf(metric),
    metric,
    note: bestNote(`val_${metric}`, epochs),
    lines: [
      { name: 'training', color: 'training', dash: 1, values: valuesOf(metric, epochs) },
      {
        name: 'validation',
        color: 'validation',
        dash: 0,
        values: valuesOf(`val_${metric}`, epochs),
      },
    ],
    phases: phaseSpans(epochs),
  }));
}

/**
 * The charts of several runs: what all of them measured on validation images, a line for each run.
 * @param labels what lines are called, by the names of runs; left out: as the runs.
 */
export function comparedCharts(
  runs: readonly RunDetail[],
  labels: Readonly<Record<string, string>> = {},
): ChartProps[] {
  const trained = runs.filter(({ epochs }) => epochs.length > 0);
  const [first, ...others] = trained.map(({ epochs }) => Object.keys(epochs[0]?.metrics ?? {}));
  const common = (first ?? []).filter((name) => others.every((names) => names.includes(name)));
  return common
    .filter((name) => name.startsWith('val_'))
    .map((metric) => ({
      title: titleOf(metric.slice('val_'.length)),
      metric,
      note: 'validation',
      lines: trained.map((run, i) => ({
        ...runLine(run, metric, i),
        name: labels[run.name] ?? run.name,
      })),
      phases: [],
    }));
}

function runLine({ name, epochs }: RunDetail, metric: string, index: number): Line {
  return {
    name,
    color: `run-${(index % RUN_COLORS) + 1}`,
    dash: Math.floor(index / RUN_COLORS),
    values: valuesOf(metric, epochs),
  };
}

function valuesOf(metric: string, epochs: readonly EpochRow[]): (number | null)[] {
  return epochs.map(({ metrics }) => {
    const value = metrics[metric] ?? null;
    return value === null ? null : Number(value.toPrecision(DIGITS));
  });
}

function bestNote(metric: string, epochs: readonly EpochRow[]): string {
  const known = epochs.filter(({ metrics }) => typeof metrics[metric] === 'number');
  const sign = goalOf(metric) === 'minimize' ? 1 : -1;
  const worth = ({ metrics }: EpochRow) => sign * (metrics[metric] ?? 0);
  const [best] = known.toSorted((a, b) => worth(a) - worth(b));
  if (!best) return 'no validation value is a number';
  return `validation: best ${showMeasure(metric, best.metrics[metric] ?? null)} in epoch ${best.epoch}`;
}

function titleOf(metric: string): string {
  return metric.charAt(0).toUpperCase() + metric.slice(1);
}
