import { RunError } from '../../errors.ts';
import type { DataAction } from './action.ts';
import { loadAll } from './load-all.ts';

/** Reads every picture of the experiment and names each that cannot be read. */
export const checkData: DataAction = async (context) => {
  const { classNames, train, validation, broken } = await loadAll(context);
  const pictures = { train: train.labels.length, validation: validation.labels.length };
  const read = `${pictures.train} pictures to train on and ${pictures.validation} to validate on, of ${classNames.length} classes, can be read`;
  const lines = [...broken.map(({ path, reason }) => `${path}: ${reason}`), read];
  const result = { classes: classNames, pictures, broken };
  const stops = broken.length > 0 && context.experiment.data.broken === 'stop';
  if (!stops) return { result, lines };
  const count = `${broken.length} ${broken.length === 1 ? 'picture' : 'pictures'}`;
  return { result, lines, failure: new RunError(`${count} cannot be read`) };
};
