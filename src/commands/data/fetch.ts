import { datasetKind } from '../../data/datasets.ts';
import { columns } from '../../plan/table.ts';
import type { DataAction } from './action.ts';

/** Downloads the data where they are not there yet, and says what they hold; decodes nothing. */
export const fetchData: DataAction = async ({ experiment, progress, load }) => {
  const { data } = experiment;
  const { classNames, train, test } = await progress.step('Data', (step) =>
    datasetKind(data.dataset).open(data, load(step)),
  );
  const result = {
    dataset: data.dataset,
    source: data.source,
    classes: classNames,
    pictures: { train: train.labels.length, test: test?.labels.length ?? null },
  };
  const rows = [
    ['data set', data.dataset],
    ['classes', `${classNames.length}: ${classNames.join(', ')}`],
    ['to train on', `${train.labels.length} pictures`],
    ['held out', test ? `${test.labels.length} pictures` : 'none'],
  ];
  return { result, lines: columns(rows, ['left', 'left']) };
};
