import { loadExperiment } from '../src/load-experiment.ts';
import { type PlannedExperiment, planExperiment } from '../src/plan-experiment.ts';
import { runModelsIn } from '../src/runs/run-models.ts';

/** Loads and plans an experiment file, with overrides as of `--set`. */
export async function planned(
  file: string,
  set: readonly string[] = [],
  runs = 'runs',
): Promise<PlannedExperiment> {
  return planExperiment(await loadExperiment(file, { set, setFile: [] }), runModelsIn(runs));
}
