import { dirname } from 'node:path';
import { InputError } from '../common/errors.ts';
import { normalizeResize } from '../config/normalize.ts';
import { describePreprocessing, type Preprocessing } from '../data/preprocessing.ts';
import { withDefaults } from '../experiment/schema.ts';
import { readModelFile } from '../model/source.ts';
import { readResolved } from '../run-folder/experiment-files.ts';
import { modelPath, readClassNames, readPreprocessing } from '../run-folder/model.ts';
import { readingRun } from '../run-folder/run-file.ts';

/**
 * Reads how the images of a run's model are prepared.
 * @throws InputError if the run has no model.
 */
export async function readRunPreprocessing(run: string): Promise<Preprocessing> {
  const model = modelPath(run);
  return (await readPreprocessing(dirname(model))) ?? readingRun(run, () => derive(run, model));
}

/** The preprocessing of a run of an early version, which has no preprocessing.json. */
async function derive(run: string, model: string): Promise<Preprocessing> {
  const classNames = await readClassNames(run);
  const resolved = await readResolved(run);
  if (classNames === null || resolved === null)
    throw new InputError(`${run} has no model: the run has not finished`);
  const { dataset, resize = 'stretch', preprocess = 'none' } = resolved.data;
  const { graph } = await readModelFile(model);
  return describePreprocessing(
    {
      data: { dataset, preprocess, resize: normalizeResize(resize) },
      evaluate: withDefaults('evaluate', resolved.evaluate ?? {}),
    },
    graph.inputShape as [number, number, number],
    classNames,
  );
}
