import { didYouMean } from '../common/did-you-mean.ts';
import { datasetKind, datasetNames } from '../data/datasets/table.ts';
import type { Rule } from './rule.ts';

const datasetIsKnown: Rule = ({ experiment: { data } }) => {
  if (datasetNames.includes(data.dataset)) return [];
  const message = `must be one of ${datasetNames.join(', ')}. Received: "${data.dataset}"${didYouMean(data.dataset, datasetNames)}`;
  return [{ path: ['data', 'dataset'], message }];
};

/** Data sets of one's own images, and what their source is. */
const ownImages: ReadonlyMap<string, string> = new Map([
  ['folder', 'a folder of class folders'],
  ['csv', 'a table with the columns path and label'],
]);

const ownImagesHaveSource: Rule = ({ experiment: { data } }) => {
  const needed = ownImages.get(data.dataset);
  if (needed === undefined || data.source !== null) return [];
  const message = `is missing; the data set ${data.dataset} needs the path of ${needed}`;
  return [{ path: ['data', 'source'], message }];
};

const classesAreKnown: Rule = ({ experiment: { data } }) => {
  const known = datasetNames.includes(data.dataset) && datasetKind(data.dataset).classNames;
  if (!known) return [];
  return (data.classes ?? []).flatMap((name, index) => {
    if (known.includes(name)) return [];
    const message = `is no class of ${data.dataset}; its classes are ${listed(known)}. Received: "${name}"${didYouMean(name, known)}`;
    return [{ path: ['data', 'classes', index], message }];
  });
};

const greyImagesHaveNoColourMeans: Rule = ({ file, experiment: { data, model } }) => {
  const channels = model.backbone.inputShape?.[2];
  if (channels !== 1 || (data.preprocess !== 'caffe' && data.preprocess !== 'torch')) return [];
  const path = file.data.preprocess ? ['data', 'preprocess'] : ['data'];
  const message = `${data.preprocess} scales images of 3 channels, these have 1; scale, tf or none would do`;
  return [{ path, message }];
};

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

export const dataRules: readonly Rule[] = [
  datasetIsKnown,
  ownImagesHaveSource,
  classesAreKnown,
  greyImagesHaveNoColourMeans,
];
