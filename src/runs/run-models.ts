import { requireAllowed } from '../common/sandbox.ts';
import type { FindRunModel } from '../model/source.ts';

/**
 * Returns a function that finds the models of the runs in a folder. The search is loaded when it is first needed: most
 * experiments use no model of a run, and `check` must start fast.
 */
export function runModelsIn(runs: string): FindRunModel {
  return async (reference) => {
    const { modelOfRun } = await import('./find.ts');
    const model = await modelOfRun(reference, runs);
    requireAllowed(model);
    return model;
  };
}
