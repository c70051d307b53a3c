import { didYouMean, listWords } from '../common/did-you-mean.ts';
import { datasetKind, datasetNames } from '../data/datasets/table.ts';
import { isUrl } from '../data/files/source.ts';
import type { Rule } from './rule.ts';

const datasetIsKnown: Rule = {
  reads: ['data.dataset'],
  check({ experiment: { data } }) {
    if (datasetNames.includes(data.dataset)) return [];
    const message = `must be one of ${datasetNames.join(', ')}. Received: "${data.dataset}"${didYouMean(data.dataset, datasetNames)}`;
    return [{ path: ['data', 'dataset'], message }];
  },
};

/** Datasets of the user's own images, and the source that each needs. */
const OWN_IMAGES: ReadonlyMap<string, string> = new Map([
  ['folder', 'a folder with a folder of images for each class'],
  ['csv', 'a table with the columns path and label'],
]);

const ownImagesHaveSource: Rule = {
  reads: ['data.dataset', 'data.source'],
  check({ experiment: { data } }) {
    const source = OWN_IMAGES.get(data.dataset);
    if (source === undefined || data.source !== null) return [];
    const message = `is missing; the dataset ${data.dataset} needs the path of ${source}`;
    return [{ path: ['data', 'source'], message }];
  },
};

const sourceIsValid: Rule = {
  reads: ['data.source'],
  check({ experiment: { data } }) {
    const { source } = data;
    if (source === null || !isUrl(source) || URL.canParse(source)) return [];
    const message = `must be a path or a valid URL, e.g. https://example.org/images.zip. Received: "${source}"`;
    return [{ path: ['data', 'source'], message }];
  },
};

const classesAreKnown: Rule = {
  reads: ['data.dataset', 'data.classes.**'],
  check({ experiment: { data } }) {
    const { classNames } = datasetKind(data.dataset);
    if (!classNames) return [];
    return (data.classes ?? []).flatMap((name, index) => {
      if (classNames.includes(name)) return [];
      const message = `is not a class of ${data.dataset}; its classes are ${listWords(classNames)}. Received: "${name}"${didYouMean(name, classNames)}`;
      return [{ path: ['data', 'classes', index], message }];
    });
  },
};

const greyImagesHaveNoColourMeans: Rule = {
  reads: ['data.dataset', 'data.preprocess', 'model.backbone.name', 'model.backbone.inputShape.**'],
  check({ file, experiment: { data, model } }) {
    const channels = model.backbone.inputShape?.[2];
    const needsColour = data.preprocess === 'caffe' || data.preprocess === 'torch';
    if (channels !== 1 || !needsColour) return [];
    const path = file.data.preprocess ? ['data', 'preprocess'] : ['data'];
    const message = `${data.preprocess} needs images of 3 channels; use scale, tf or none. Received: images of 1 channel`;
    return [{ path, message }];
  },
};

export const dataRules: readonly Rule[] = [
  datasetIsKnown,
  ownImagesHaveSource,
  sourceIsValid,
  classesAreKnown,
  greyImagesHaveNoColourMeans,
];
