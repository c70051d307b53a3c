import { resolve } from 'node:path';
import { InputError } from '../common/errors.ts';
import { datasetNames } from '../data/datasets/table.ts';
import { isUrl } from '../data/files/source.ts';
import type { DataConfig } from '../experiment/experiment.ts';
import type { Data } from '../experiment/file-types.ts';
import { withDefaults } from '../experiment/schema.ts';

/** Images of a dataset, before there is an experiment. */
export interface DataChoice {
  readonly dataset: string;
  /** An absolute path or a URL; `null`: the default source of the dataset. */
  readonly source: string | null;
}

/**
 * The dataset that a word of the command line means: the name of a published one, a table, or a folder or archive.
 * @param resolvePath makes a path absolute; a URL stays as it is.
 * @throws InputError for an empty word.
 */
export function chooseData(word: string, resolvePath = absolute): DataChoice {
  if (datasetNames.includes(word)) return { dataset: word, source: null };
  if (word.trim() === '') {
    throw new InputError(
      `the data must be a folder, an archive, a CSV file, a URL, or one of ${datasetNames.join(', ')}. Received: ''`,
    );
  }
  const dataset = word.toLowerCase().endsWith('.csv') ? 'csv' : 'folder';
  return { dataset, source: resolvePath(word) };
}

/** The configuration of all images of a dataset, without the broken ones. */
export function dataConfigOf(choice: DataChoice, resize: DataConfig['resize']): DataConfig {
  return {
    ...withDefaults<Data>('data', { ...choice, broken: 'skip' }),
    limit: { train: null, validation: null },
    resize,
    preprocess: 'none',
    augment: [],
  };
}

const absolute = (path: string): string => (isUrl(path) ? path : resolve(path));
