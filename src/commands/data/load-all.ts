import type { Dataset } from '../../data/dataset.ts';
import { loadData } from '../../data/load.ts';
import type { DataActionContext } from './action.ts';

/** The pictures of the experiment; broken ones are counted, so that all of them can be told of. */
export function loadAll({ experiment, progress, load }: DataActionContext): Promise<Dataset> {
  const config = { ...experiment.data, broken: 'skip' } as const;
  return progress.step('Data', (step) =>
    loadData(config, experiment.seed, { ...load(step), note: () => {} }),
  );
}
