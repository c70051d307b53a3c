import type { ComparedRun } from './compared-run.ts';
import { differingSettings, showBriefly } from './settings.ts';

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
