import { Batches } from '../data/batches.ts';
import type { Pictures } from '../data/dataset.ts';
import type { TrainOptions } from './train.ts';

/** The pictures in batches as the experiment's model takes them. */
export function feed(
  pictures: Pictures,
  {
    experiment,
    data,
    graph,
    engine,
  }: Pick<TrainOptions, 'experiment' | 'data' | 'graph' | 'engine'>,
  batchSize: number,
): Batches {
  const { preprocess, sampling, augment } = experiment.data;
  const imageShape = graph.inputShape as readonly [number, number, number];
  const classCount = data.classNames.length;
  return new Batches({
    pictures,
    classCount,
    batchSize,
    imageShape,
    preprocess,
    sampling,
    augment,
    engine,
  });
}
