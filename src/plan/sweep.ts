import { InputError } from '../common/errors.ts';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import type { LoadedExperiment } from '../config/load.ts';
import type { Sweep } from '../experiment/file-types.ts';
import { type Goal, metricOf, VALIDATION_LOSS } from '../experiment/metrics.ts';
import type { FindRunModel } from '../model/source.ts';
import { planExperiment } from './experiment.ts';
import { sum } from './memory.ts';
import type { Plan } from './plan.ts';
import { type Settings, sweepCells } from './trials.ts';

export interface PlannedSweep {
  readonly name: string;
  /** What makes one run better than another. */
  readonly metric: Metric;
  /** `null`: every run is trained to its end. */
  readonly asha: AshaConfig | null;
  /** How often a run that failed is tried again. */
  readonly retries: number;
  /** In the order in which they run. */
  readonly cells: readonly PlannedCell[];
}

export interface Metric {
  readonly name: string;
  readonly goal: Goal;
}

/** How runs that fall behind are stopped. */
export interface AshaConfig {
  readonly metric: Metric;
  /** One of so many goes on from each rung to the next. */
  readonly eta: number;
  /** The first rung, in epochs over all phases. */
  readonly minEpochs: number;
}

/** One run of a sweep. */
export interface PlannedCell {
  /** What it has of all that the sweep sets, also where it is as the file states it. */
  readonly settings: Settings;
  /** Which one it is of the cells that differ in their seed alone, from 1. */
  readonly replicate: number;
  readonly loaded: LoadedExperiment;
  readonly plan: Plan;
}

/**
 * The runs of a sweep, each planned, so that none of them is found to be wrong when the others are done.
 * @throws InputError with one line for each thing that is wrong with any of them.
 */
export async function planSweep(
  loaded: LoadedExperiment,
  findRunModel: FindRunModel,
): Promise<PlannedSweep> {
  const { experiment, sweep } = loaded;
  const planned: Omit<PlannedCell, 'replicate'>[] = [];
  const problems = new Map<string, string>();
  const swept = cellsOf(loaded);
  const names = [...new Set(swept.flatMap((settings) => Object.keys(settings)))].toSorted(
    (a, b) => Number(a === 'seed') - Number(b === 'seed'),
  );
  for (const settings of swept) {
    try {
      const cell = loaded.withSettings(settings);
      const { plan } = await planExperiment(cell, findRunModel);
      planned.push({ settings: complete(settings, names, cell), loaded: cell, plan });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const suffix = sweep ? ` (with ${showSettings(settings)})` : '';
      for (const line of error.message.split('\n')) {
        if (!problems.has(line)) problems.set(line, `${line}${suffix}`);
      }
    }
  }
  if (problems.size > 0) throw new InputError([...problems.values()].join('\n'));
  const { name = VALIDATION_LOSS, goal = metricOf(name).goal } = sweep?.metric ?? {};
  const metric = { name, goal };
  const cells = numbered(planned);
  const asha = ashaConfig(sweep, metric);
  if (asha) requireRung(loaded, asha, cells);
  return { name: experiment.name, metric, asha, retries: sweep?.retries ?? 0, cells };
}

/** With what the file states of settings that others change: combinations of `include` need not name all. */
function complete(settings: Settings, names: readonly string[], cell: LoadedExperiment): Settings {
  const all = names.map((name) => [name, settings[name] ?? cell.stated(name)] as const);
  return Object.fromEntries(all.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Each once, replicates counted. */
function numbered(planned: readonly Omit<PlannedCell, 'replicate'>[]): PlannedCell[] {
  const different = new Map(planned.map((cell) => [JSON.stringify(cell.settings), cell]));
  const replicates = new Map<string, number>();
  return [...different.values()].map((cell) => {
    const { seed: _, ...combination } = cell.settings;
    const key = JSON.stringify(combination);
    const replicate = (replicates.get(key) ?? 0) + 1;
    replicates.set(key, replicate);
    return { ...cell, replicate };
  });
}

function ashaConfig(sweep: Sweep | null, metric: Metric): AshaConfig | null {
  if (!sweep?.asha) return null;
  const { metric: name = metric.name, eta = 3, minEpochs = 1 } = sweep.asha;
  return {
    metric: name === metric.name ? metric : { name, goal: metricOf(name).goal },
    eta,
    minEpochs,
  };
}

/** How many epochs a run has, over all phases. */
export function epochsOf({ phases }: Pick<Plan, 'phases'>): number {
  return sum(phases, ({ epochs }) => epochs);
}

function requireRung(
  { problemsAt }: LoadedExperiment,
  { minEpochs }: AshaConfig,
  cells: readonly PlannedCell[],
): void {
  const longest = Math.max(...cells.map(({ plan }) => epochsOf(plan)));
  if (minEpochs < longest) return;
  const message = `must be below the ${longest} epochs that runs have. Received: ${minEpochs}`;
  throw problemsAt([{ path: ['sweep', 'asha', 'minEpochs'], message }]);
}

function cellsOf({ sweep, experiment, problemsAt }: LoadedExperiment): Settings[] {
  if (!sweep) return [{}];
  try {
    const cells = sweepCells(sweep, experiment.seed);
    if (cells.length > 0) return cells;
    throw new InputError('no run is left: exclude leaves out all combinations');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw problemsAt([{ path: ['sweep'], message: error.message }]);
  }
}

/** `phases.head.epochs=4, phases.head.optimizer.learningRate=0.001` */
export function showSettings(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${formatJson(value)}`)
    .join(', ');
}
