import type { Json } from '../config/experiment.ts';
import { goalOf } from '../config/goal.ts';
import type { LoadedExperiment } from '../config/load.ts';
import { InputError } from '../errors.ts';
import { type Settings, sweepCells } from './cells.ts';
import { planExperiment } from './experiment.ts';
import type { Plan } from './plan.ts';

export interface PlannedSweep {
  readonly name: string;
  /** What makes one run better than another. */
  readonly metric: { readonly name: string; readonly goal: 'minimize' | 'maximize' };
  /** In the order in which they run. */
  readonly cells: readonly PlannedCell[];
}

/** One run of a sweep. */
export interface PlannedCell {
  readonly settings: Settings;
  readonly loaded: LoadedExperiment;
  readonly plan: Plan;
}

/**
 * The runs of a sweep, each planned, so that none of them is found to be wrong when the others are done.
 * @throws InputError with one line for each thing that is wrong with any of them.
 */
export async function planSweep(loaded: LoadedExperiment): Promise<PlannedSweep> {
  const { experiment, sweep } = loaded;
  const cells: PlannedCell[] = [];
  const problems = new Map<string, string>();
  for (const settings of cellsOf(loaded)) {
    try {
      const cell = await loaded.withSettings(settings);
      const { plan } = await planExperiment(cell);
      cells.push({ settings, loaded: cell, plan });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const line of error.message.split('\n')) {
        if (!problems.has(line)) problems.set(line, `${line} (with ${showSettings(settings)})`);
      }
    }
  }
  if (problems.size > 0) throw new InputError([...problems.values()].join('\n'));
  const { name = 'val_loss', goal = goalOf(name) } = sweep?.metric ?? {};
  return { name: experiment.name, metric: { name, goal }, cells };
}

function cellsOf({ sweep, experiment, problemsAt }: LoadedExperiment): Settings[] {
  if (!sweep) return [{}];
  if (sweep.asha) {
    const message = 'runs cannot be stopped early yet; without asha each is trained to its end';
    throw problemsAt([{ path: ['sweep', 'asha'], message }]);
  }
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
    .map(([name, value]) => `${name}=${showValue(value)}`)
    .join(', ');
}

/** A value in few letters. */
export function showValue(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(shortened(value));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Drawn numbers have sixteen digits. */
function shortened(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
