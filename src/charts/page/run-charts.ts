import { columnName, metricOf, parseColumn } from '../../experiment/metrics.ts';
import { describeBest, phaseSpans } from '../axes.ts';
import type { ChartProps, Line } from './chart.tsx';

/** The number of run colours in theme.css. Runs of the same colour differ in their dashes. */
const RUN_COLORS = 6;
/** More digits are not visible. */
const DIGITS = 5;

/** An epoch's values, keyed by column; `null` for a value that is not finite. */
interface ChartedEpoch {
  readonly phase: string;
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

interface ChartedRun {
  readonly name: string;
  readonly epochs: readonly ChartedEpoch[];
}

/** The charts of one run: the loss and each metric, on both splits. */
export function runCharts(epochs: readonly ChartedEpoch[]): ChartProps[] {
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
 * The charts of several runs: each metric that all of them have, on the validation split, with a line for each run.
 * @param labels the names of lines, keyed by the names of runs; by default the latter.
 */
export function comparedCharts(
  runs: readonly ChartedRun[],
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

function runLine({ name, epochs }: ChartedRun, metric: string, index: number): Line {
  return {
    name,
    color: `run-${(index % RUN_COLORS) + 1}`,
    dash: Math.floor(index / RUN_COLORS),
    values: valuesOf(metric, epochs),
  };
}

function valuesOf(metric: string, epochs: readonly ChartedEpoch[]): (number | null)[] {
  return epochs.map(({ metrics }) => {
    const value = metrics[metric] ?? null;
    return value === null ? null : Number(value.toPrecision(DIGITS));
  });
}

function bestNote(metric: string, epochs: readonly ChartedEpoch[]): string {
  const values = epochs.map(({ epoch, metrics }) => ({ epoch, value: metrics[metric] ?? null }));
  const best = describeBest(metric, values);
  return best === null ? 'no validation value is a number' : `validation: ${best}`;
}
