import { columnName, metricOf, parseColumn } from '../../experiment/metrics.ts';
import type { EpochRow, RunDetail } from '../../runs/run-detail.ts';
import { describeBest } from '../metric-axis.ts';
import { phaseSpans } from '../phase-bands.ts';
import type { ChartProps, Line } from './chart.tsx';

/** Colours of theme.css for lines of several runs, and how often each can be told from the others by dashes. */
const RUN_COLORS = 6;
/** More digits cannot be seen. */
const DIGITS = 5;

/** The charts of one run: the loss and each metric, on training and validation images. */
export function runCharts(epochs: readonly EpochRow[]): ChartProps[] {
  const columns = Object.keys(epochs[0]?.metrics ?? {});
  const training = columns.filter((column) => parseColumn(column).split === 'train');
  return training.map((metric) => ({
    title: metricOf(metric).title,
    metric,
    note: bestNote(columnName(metric, 'validation'), epochs),
    lines: [
      { name: 'training', color: 'training', dash: 1, values: valuesOf(metric, epochs) },
      {
        name: 'validation',
        color: 'validation',
        dash: 0,
        values: valuesOf(columnName(metric, 'validation'), epochs),
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
    .filter((column) => parseColumn(column).split === 'validation')
    .map((metric) => ({
      title: metricOf(metric).title,
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
  const values = epochs.map(({ epoch, metrics }) => ({ epoch, value: metrics[metric] ?? null }));
  const best = describeBest(metric, values);
  return best === null ? 'no validation value is a number' : `validation: ${best}`;
}
