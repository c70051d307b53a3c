import type { Json } from '../common/json.ts';
import type { Settings } from '../experiment/experiment.ts';
import { differingKeys, formatSettings } from './settings.ts';

/** A run in the form in which many runs are compared: flat maps from column names to values. */
export interface ComparedRun {
  /** `run`, `experiment`, `id`, `status`, `epochs`, … */
  readonly facts: Readonly<Record<string, Json>> & {
    readonly run: string;
    readonly status: Status;
  };
  /** Values of the experiment, keyed by path: `phases.head.epochs` is 12. */
  readonly settings: Readonly<Record<string, Json>>;
  /** `val_loss`, … of the final model, or of the last epoch of an unfinished run. All are finite. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The states of runs and of trials. */
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

/** The value of a run in a column; `undefined` if it has none. */
export function valueIn({ facts, settings, metrics }: ComparedRun, column: string) {
  return facts[column] ?? metrics[column] ?? settings[column];
}

/** Returns whether a run's metrics are results of its settings: an unfinished run's may still improve. */
export function hasResult({ facts }: ComparedRun): boolean {
  return facts.status === 'finished' || facts.status === 'stopped';
}

/**
 * The settings in which runs differ, in the order of the file; a variable stands for the settings that have its value, also
 * within a text or a list. Runs that have not started have no known settings.
 */
export function differingSettings(runs: readonly ComparedRun[]): string[] {
  const started = runs.filter(({ facts }) => facts.started !== undefined);
  const all = started.map(({ settings }) => settings);
  const differing = differingKeys(all);
  const variables = differing.filter(isVariable);
  const hangsOnVariables = (path: string) =>
    new Set(all.map((settings) => withVariables(settings, path, variables))).size === 1;
  return differing.filter((path) => isVariable(path) || !hangsOnVariables(path));
}

function isVariable(path: string): boolean {
  return path.startsWith('vars.');
}

/** The value of a setting as the file may have it: with `${vars.size}` in place of the values of variables. */
function withVariables(settings: Settings, path: string, variables: readonly string[]): string {
  return variables.reduce(
    (text, variable) => {
      const value = JSON.stringify(settings[variable] ?? null).replaceAll(/^"|"$/g, '');
      // Digits of a longer number are none.
      const whole = new RegExp(`(?<!\\d|\\d\\.)${literal(value)}(?!\\d|\\.\\d)`, 'g');
      return value === '' ? text : text.replaceAll(whole, `\${${variable}}`);
    },
    JSON.stringify(settings[path] ?? null),
  );
}

/** Escapes a text for a regular expression. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The most settings in a label. */
const MAX_SETTINGS = 3;

/**
 * Short labels of runs, keyed by their names: the settings in which they differ. A run's label is its name if these
 * settings are too many, or another run has the same.
 */
export function runLabels(runs: readonly ComparedRun[]): Record<string, string> {
  const differing = differingSettings(runs).filter((path) => path !== 'name');
  const labels = runs.map((run) =>
    formatSettings(Object.fromEntries(differing.map((path) => [path, run.settings[path] ?? null]))),
  );
  const isUsable = (label: string) =>
    differing.length <= MAX_SETTINGS && labels.filter((other) => other === label).length === 1;
  return Object.fromEntries(
    runs.map(({ facts }, i) => {
      const label = labels[i] ?? '';
      return [facts.run, isUsable(label) ? label : facts.run];
    }),
  );
}
