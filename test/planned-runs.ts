import { loadExperiment } from '../src/load-experiment.ts';
import { type PlannedExperiment, planExperiment } from '../src/plan-experiment.ts';
import { plainProgress } from '../src/progress/display.ts';
import type { RunOptions } from '../src/run-experiment.ts';
import { runModelsIn } from '../src/runs/run-models.ts';

/** Loads and plans an experiment file, with overrides as in `--set`. */
export async function planned(
  file: string,
  set: readonly string[] = [],
  runs = 'runs',
): Promise<PlannedExperiment> {
  return planExperiment(await loadExperiment(file, { set, setFile: [] }), runModelsIn(runs));
}

/** Options of a run into this folder that prints nothing and is not interrupted. */
export function quietly(runs: string): RunOptions {
  const { signal } = new AbortController();
  return { runs, verbose: false, compiler: 'graph', signal, progress: plainProgress(() => {}) };
}
