import type { Json } from '../common/json.ts';
import { differingSettings, showBriefly } from './settings.ts';

/** A run as comparisons see it: flat maps from the names of columns to values. */
export interface ComparedRun {
  /** `run`, `experiment`, `id`, `status`, `epochs`, … */
  readonly facts: Readonly<Record<string, Json>> & {
    readonly run: string;
    readonly status: Status;
  };
  /** Paths of the experiment file to what stands there: `phases.head.epochs` to 12. */
  readonly settings: Readonly<Record<string, Json>>;
  /** `val_loss`, …: of its model, or of its last epoch if it was stopped. Every number is finite. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Those that were stopped fell behind others of their sweep. */
export const STATUSES = [
  'finished',
  'stopped',
  'failed',
  'interrupted',
  'damaged',
  'running',
  'waiting',
] as const;

export type Status = (typeof STATUSES)[number];

/** What makes one run better than another. */
export interface Metric {
  readonly name: string;
  readonly goal: 'minimize' | 'maximize';
}

/** What a run has in a column; `undefined` where it has none. */
export function valueIn({ facts, settings, metrics }: ComparedRun, column: string) {
  return facts[column] ?? metrics[column] ?? settings[column];
}

/** Whether a run's numbers say what its settings are worth: only if it was trained as far as it was to be. */
export function counts({ facts }: ComparedRun): boolean {
  return facts.status === 'finished' || facts.status === 'stopped';
}

/** Settings by which a run is called, at most. */
const MOST_SETTINGS = 3;

/** What runs are called, by their names: the settings that not all share, or the name where these are many, or another's too. */
export function runLabels(runs: readonly ComparedRun[]): Record<string, string> {
  const differing = differingSettings(runs).filter((path) => path !== 'name');
  const settings = runs.map((run) =>
    showBriefly(Object.fromEntries(differing.map((path) => [path, run.settings[path] ?? null]))),
  );
  const isTelling = (label: string) =>
    differing.length <= MOST_SETTINGS && settings.filter((other) => other === label).length === 1;
  return Object.fromEntries(
    runs.map(({ facts }, i) => {
      const label = settings[i] ?? '';
      return [facts.run, isTelling(label) ? label : facts.run];
    }),
  );
}
