import { formatPercent } from '../common/format.ts';
import type { MetricConfig } from './experiment.ts';

/*
 * The metrics: goal and format of each, and the names of the columns that hold their values. How they are
 * computed is keyed by the same names in train/metrics.ts and analysis/classification.ts.
 */

export type Goal = 'minimize' | 'maximize';
export type MetricFormat = 'percent' | 'number';

export interface MetricDescriptor {
  /** The name without a split: `loss`, `accuracy`, `top5`, … */
  readonly name: string;
  /** The heading of charts. */
  readonly title: string;
  readonly goal: Goal;
  readonly format: MetricFormat;
}

/** A metric of the finished model alone, which only summary.json has. */
export type SummaryMetric = 'macroF1' | 'logLoss' | 'expectedCalibrationError';

type MetricName = 'loss' | MetricConfig['name'] | SummaryMetric;

const METRICS: Readonly<Record<MetricName, Omit<MetricDescriptor, 'name'>>> = {
  loss: { title: 'Loss', goal: 'minimize', format: 'number' },
  accuracy: { title: 'Accuracy', goal: 'maximize', format: 'percent' },
  topK: { title: 'Top', goal: 'maximize', format: 'percent' },
  mse: { title: 'Mean squared error', goal: 'minimize', format: 'number' },
  auc: { title: 'AUC', goal: 'maximize', format: 'number' },
  precision: { title: 'Precision', goal: 'maximize', format: 'percent' },
  recall: { title: 'Recall', goal: 'maximize', format: 'percent' },
  f1: { title: 'F1', goal: 'maximize', format: 'percent' },
  macroF1: { title: 'Macro F1', goal: 'maximize', format: 'percent' },
  logLoss: { title: 'Log loss', goal: 'minimize', format: 'number' },
  expectedCalibrationError: {
    title: 'Expected calibration error',
    goal: 'minimize',
    format: 'number',
  },
};

/** The label of a training metric: its name, or `top5` for topK with k = 5. */
export function metricLabel({ name, k }: Pick<MetricConfig, 'name' | 'k'>): string {
  return name === 'topK' ? `top${k}` : name;
}

/**
 * The descriptor of the metric in a column, `val_accuracy`, or with a label, `top5`. A metric that this version
 * does not know, as in the folder of a later version's run, is a plain number to maximize.
 */
export function metricOf(column: string): MetricDescriptor {
  const { metric } = parseColumn(column);
  const [, k] = /^top(\d+)$/.exec(metric) ?? [];
  if (k !== undefined) return { ...METRICS.topK, name: metric, title: `Top ${k}` };
  const known = Object.hasOwn(METRICS, metric) ? METRICS[metric as MetricName] : null;
  return { ...(known ?? { title: metric, goal: 'maximize', format: 'number' }), name: metric };
}

export type MetricSplit = 'train' | 'validation';

const PREFIXES = { train: '', validation: 'val_' } as const;

/** The name of a column of metrics.csv: `accuracy` for the training split, `val_accuracy` for the validation split. */
export function columnName(metric: string, split: MetricSplit): string {
  return `${PREFIXES[split]}${metric}`;
}

/** The inverse of `columnName`. */
export function parseColumn(column: string): { metric: string; split: MetricSplit } {
  const prefix = PREFIXES.validation;
  if (!column.startsWith(prefix)) return { metric: column, split: 'train' };
  return { metric: column.slice(prefix.length), split: 'validation' };
}

/** The values of both splits, keyed by column, the training split first. */
export function toColumns<Value>({
  train = {},
  validation = {},
}: Partial<Readonly<Record<MetricSplit, Readonly<Record<string, Value>>>>>): Record<string, Value> {
  const columns = Object.entries(validation).map(([metric, value]) => {
    return [columnName(metric, 'validation'), value] as const;
  });
  return { ...train, ...Object.fromEntries(columns) };
}

export const VALIDATION_LOSS = columnName('loss', 'validation');
export const VALIDATION_ACCURACY = columnName('accuracy', 'validation');
/** The columns that tables show by default. */
export const MAIN_COLUMNS: readonly string[] = [VALIDATION_LOSS, VALIDATION_ACCURACY];

/** Tells if a value is better than another. Neither is better if one is NaN. */
export function isBetter(goal: Goal, value: number, other: number): boolean {
  return goal === 'minimize' ? value < other : value > other;
}

/** The items, the best first; equal ones keep their order, those without a finite value come last. */
export function rank<Item>(
  items: readonly Item[],
  goal: Goal,
  valueIn: (item: Item) => number | null | undefined,
): Item[] {
  return items
    .map((item) => ({ item, value: valueIn(item) }))
    .toSorted((a, b) => {
      const [first, second] = [a.value, b.value];
      if (!isKnown(first) || !isKnown(second))
        return Number(isKnown(second)) - Number(isKnown(first));
      return Number(isBetter(goal, second, first)) - Number(isBetter(goal, first, second));
    })
    .map(({ item }) => item);
}

/** The first item with the best value; `undefined` if no item has a finite one. */
export function bestOf<Item>(
  items: readonly Item[],
  goal: Goal,
  valueIn: (item: Item) => number | null | undefined,
): Item | undefined {
  const [best] = rank(items, goal, valueIn);
  return best !== undefined && isKnown(valueIn(best)) ? best : undefined;
}

function isKnown(value: number | null | undefined): value is number {
  return Number.isFinite(value);
}

/** A metric's value as tables, charts and pages show it: `98.67 %`, `0.4730`; a dash for `null`. */
export function formatMetric(column: string, value: number | null): string {
  return formatValue(metricOf(column).format, value);
}

export function formatValue(format: MetricFormat, value: number | null): string {
  if (value === null) return '–';
  if (!Number.isFinite(value)) return String(value);
  return format === 'percent' ? formatPercent(value, 2) : decimal(value);
}

/** A mean and its standard deviation: `98.67 ± 0.21 %`, `0.4730 ± 0.0041`; the mean alone without a deviation. */
export function formatMean(
  format: MetricFormat,
  { mean, sd }: { readonly mean: number; readonly sd: number | null },
): string {
  if (sd === null) return formatValue(format, mean);
  // The digits of a deviation end where those of its mean do.
  if (format === 'number')
    return `${decimal(mean)} ± ${Math.abs(mean) < 0.001 ? decimal(sd) : sd.toFixed(4)}`;
  return `${(100 * mean).toFixed(2)} ± ${formatPercent(sd, 2)}`;
}

/** Four decimals; three significant digits where these would be lost. */
function decimal(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toPrecision(3) : value.toFixed(4);
}
