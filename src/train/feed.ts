import { Batches, type Feed } from '../data/batches.ts';
import type { Pictures } from '../data/dataset.ts';
import { pictureSight } from '../data/picture-sight.ts';
import type { TrainOptions } from './train.ts';

export interface FeedOptions {
  readonly batchSize: number;
  /** Whether the pictures are gone through more than once. */
  readonly again: boolean;
}

/** The pictures in batches as the experiment's model takes them. */
export function feed(
  pictures: Pictures,
  {
    experiment,
    data,
    graph,
    engine,
  }: Pick<TrainOptions, 'experiment' | 'data' | 'graph' | 'engine'>,
  { batchSize, again }: FeedOptions,
): Feed {
  const { preprocess, sampling, augment } = experiment.data;
  const imageShape = graph.inputShape as readonly [number, number, number];
  return new Batches({
    labels: pictures.labels,
    classCount: data.classNames.length,
    batchSize,
    sampling,
    sight: pictureSight({ pictures, imageShape, preprocess, augment, engine, again }),
  });
}
