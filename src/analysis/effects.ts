import { mean, quantile, sampleRankCorrelation, sumNthPowerDeviations } from 'simple-statistics';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { type ComparedRun, hasResult, valueIn } from './compared-run.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** A numeric parameter with more values, most of which occur once, is grouped into quarters. */
const MAX_LEVELS = 6;

/** The main effect of a parameter on a metric, over all values of the other parameters. */
export interface Effect {
  readonly parameter: string;
  /** True if all its values are numbers. */
  readonly isNumber: boolean;
  readonly levels: readonly Level[];
  /**
   * The share of the metric's variance over the runs that lies between the levels (η²), 0 to 1. In a full grid the
   * shares of all parameters add up to 1 minus interactions and noise. `null` if all runs have the same value, or no two
   * runs have the same level.
   */
  readonly share: number | null;
  /** Spearman's correlation of a number with the metric; `null` for other parameters and for fewer than three runs. */
  readonly rankCorrelation: number | null;
}

/** One value of a parameter, or a quarter of its numbers. */
export interface Level extends Spread {
  readonly label: string;
  /** The metric of each run. */
  readonly values: readonly number[];
}

interface Observation {
  readonly setting: Json;
  readonly value: number;
}

/** The effects of all parameters with several levels, the strongest first. */
export function effectsOf(
  runs: readonly ComparedRun[],
  parameters: readonly string[],
  metric: string,
): Effect[] {
  const effects = parameters.map((parameter) => {
    const observations = runs.filter(hasResult).flatMap((run): Observation[] => {
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

/** The metric's values of each level: numbers in ascending order, all others in the order of the runs. */
function levelsOf(observations: readonly Observation[]): [label: string, values: number[]][] {
  const settings = observations.map(({ setting }) => setting);
  const byValue = ({ setting }: Observation) => formatJson(setting);
  if (!areNumbers(settings)) return groupValues(observations, byValue);
  const ordered = observations.toSorted((a, b) => Number(a.setting) - Number(b.setting));
  const distinct = new Set(settings).size;
  if (distinct <= MAX_LEVELS || distinct <= settings.length / 2) {
    return groupValues(ordered, byValue);
  }
  const bounds = quantile(settings, [0.25, 0.5, 0.75]);
  const quarterOf = ({ setting }: Observation) =>
    String(bounds.filter((bound) => Number(setting) > bound).length);
  return groupValues(ordered, quarterOf).map(([quarter, values]) => {
    const own = ordered.filter((each) => quarterOf(each) === quarter);
    return [`${shortNumber(own[0])} to ${shortNumber(own.at(-1))}`, values];
  });
}

function shortNumber(observation: Observation | undefined): string {
  const number = Number(observation?.setting);
  return Number.isInteger(number) ? String(number) : String(Number(number.toPrecision(2)));
}

function groupValues(
  observations: readonly Observation[],
  labelOf: (observation: Observation) => string,
): [string, number[]][] {
  const groups = new Map<string, number[]>();
  for (const observation of observations) {
    const label = labelOf(observation);
    groups.set(label, [...(groups.get(label) ?? []), observation.value]);
  }
  return [...groups];
}

function areNumbers(settings: readonly Json[]): settings is number[] {
  return settings.every((setting) => typeof setting === 'number');
}
