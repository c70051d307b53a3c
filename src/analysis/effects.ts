import { mean, quantile, sampleRankCorrelation, sumNthPowerDeviations } from 'simple-statistics';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { type ComparedRun, counts, valueIn } from './compared-run.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** A number with more values than this, hardly any of which comes twice, is seen in quarters. */
const MOST_LEVELS = 6;

/** What one parameter does to a metric, whatever the others are: its main effect. */
export interface Effect {
  readonly parameter: string;
  /** Whether its values are numbers. */
  readonly isNumber: boolean;
  readonly levels: readonly Level[];
  /**
   * Of the metric's variance over the runs, the part between the levels (η²), 0 to 1. In a full grid the
   * parts of all parameters add up to 1 less interactions and noise. `null` if all runs gave the same, or
   * none of them shares its level.
   */
  readonly share: number | null;
  /** Spearman's, of a number with the metric; `null` for other parameters and for fewer than three runs. */
  readonly rankCorrelation: number | null;
}

/** One value of a parameter, or a quarter of its numbers. */
export interface Level extends Spread {
  readonly label: string;
  /** Of the metric, one for each run. */
  readonly values: readonly number[];
}

interface Observation {
  readonly setting: Json;
  readonly value: number;
}

/** The effect of each parameter that varies, the strongest first. */
export function effectsOf(
  runs: readonly ComparedRun[],
  parameters: readonly string[],
  metric: string,
): Effect[] {
  const effects = parameters.map((parameter) => {
    const observations = runs.filter(counts).flatMap((run): Observation[] => {
      const value = run.metrics[metric];
      return value === undefined ? [] : [{ setting: valueIn(run, parameter) ?? null, value }];
    });
    return effectOf(parameter, observations);
  });
  return effects
    .filter(({ levels }) => levels.length > 1)
    .toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0));
}

function effectOf(parameter: string, observations: readonly Observation[]): Effect {
  const levels = levelsOf(observations).map(([label, values]) => {
    return { label, values, ...(spreadOf(values) as Spread) };
  });
  return {
    parameter,
    isNumber: areNumbers(observations.map(({ setting }) => setting)),
    levels,
    share: shareBetween(levels),
    rankCorrelation: rankCorrelation(observations),
  };
}

function shareBetween(levels: readonly Level[]): number | null {
  const all = levels.flatMap(({ values }) => values);
  if (all.length === levels.length) return null;
  const total = sumNthPowerDeviations(all, 2);
  const centre = mean(all);
  const between = levels.reduce((sum, { n, mean }) => sum + n * (mean - centre) ** 2, 0);
  return total === 0 ? null : between / total;
}

function rankCorrelation(observations: readonly Observation[]): number | null {
  const settings = observations.map(({ setting }) => setting);
  if (!areNumbers(settings) || settings.length < 3) return null;
  const correlation = sampleRankCorrelation(
    settings,
    observations.map(({ value }) => value),
  );
  return Number.isNaN(correlation) ? null : correlation;
}

/** Labels and the metric's values; numbers from the least, all else in the order of the runs. */
function levelsOf(observations: readonly Observation[]): [string, number[]][] {
  const settings = observations.map(({ setting }) => setting);
  const different = new Set(settings).size;
  if (!areNumbers(settings)) return groups(observations, ({ setting }) => formatJson(setting));
  const ordered = observations.toSorted((a, b) => Number(a.setting) - Number(b.setting));
  if (different <= MOST_LEVELS || different <= settings.length / 2) {
    return groups(ordered, ({ setting }) => formatJson(setting));
  }
  const bounds = quantile(settings, [0.25, 0.5, 0.75]);
  const quarter = (setting: Json) => bounds.filter((bound) => Number(setting) > bound).length;
  const ranges = groups(ordered, ({ setting }) => String(quarter(setting)));
  return ranges.map(([name, values]) => {
    const own = ordered.filter(({ setting }) => String(quarter(setting)) === name);
    const label = `${inShort(own[0])} to ${inShort(own.at(-1))}`;
    return [label, values];
  });
}

function inShort(observation: Observation | undefined): string {
  const number = Number(observation?.setting);
  return Number.isInteger(number) ? String(number) : String(Number(number.toPrecision(2)));
}

function groups(observations: readonly Observation[], labelOf: (each: Observation) => string) {
  const found = new Map<string, number[]>();
  for (const each of observations) {
    const label = labelOf(each);
    found.set(label, [...(found.get(label) ?? []), each.value]);
  }
  return [...found];
}

function areNumbers(settings: readonly Json[]): settings is number[] {
  return settings.every((setting) => typeof setting === 'number');
}
