import { damagedPaths } from '../../data/inspect/damaged.ts';
import { RunError } from '../../errors.ts';
import type { DataAction } from './action.ts';
import { loadAll } from './load-all.ts';

/** Reads every picture of the experiment and names each that cannot be read, or that is damaged. */
export const checkData: DataAction = async (context) => {
  const data = await loadAll(context);
  const { classNames, train, validation, broken } = data;
  const damaged = damagedPaths(data);
  const pictures = { train: train.labels.length, validation: validation.labels.length };
  const read = `${pictures.train} pictures to train on and ${pictures.validation} to validate on, of ${classNames.length} classes, can be read`;
  const lines = [
    ...broken.map(({ path, reason }) => `${path}: ${reason}`),
    ...damaged.map((path) => `${path}: damaged; a run takes what can be made of it`),
    read,
  ];
  const result = { classes: classNames, pictures, broken, damaged };
  const stops = broken.length > 0 && context.experiment.data.broken === 'stop';
  if (!stops) return { result, lines };
  const count = `${broken.length} ${broken.length === 1 ? 'picture' : 'pictures'}`;
  return { result, lines, failure: new RunError(`${count} cannot be read`) };
};
