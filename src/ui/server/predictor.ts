import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { InputError } from '../../common/errors.ts';
import { datasetKind } from '../../data/datasets/table.ts';
import type { DataConfig, EvaluateConfig } from '../../experiment/experiment.ts';
import type { ExperimentFile } from '../../experiment/file-types.ts';

/** What is done to a image before a run's model sees it, and what its outputs mean. */
export interface Predictor {
  readonly classNames: readonly string[];
  /** Height, width, channels of the data set's images; `null`: they were read as the model takes them. */
  readonly imageShape: readonly [number, number, number] | null;
  readonly preprocess: DataConfig['preprocess'];
  readonly tta: EvaluateConfig['tta'];
}

/** @throws InputError for a run that has no model. */
export async function predictorOf(run: string): Promise<Predictor> {
  const labels = await readFile(join(run, 'model', 'labels.json'), 'utf8').catch(() => null);
  if (labels === null) throw new InputError(`the run has not ended: there is no model in ${run}`);
  const resolved = await readFile(join(run, 'resolved.yaml'), 'utf8');
  const { data, evaluate } = parse(resolved) as ExperimentFile;
  return {
    classNames: JSON.parse(labels),
    imageShape: datasetKind(data.dataset).imageShape ?? null,
    preprocess: data.preprocess ?? 'none',
    tta: evaluate?.tta ?? 'none',
  };
}
