import { type Batch, Batches } from '../data/batches.ts';
import type { Pictures } from '../data/dataset.ts';
import type { StreamKey } from '../random.ts';
import type { TrainOptions } from './train.ts';

/** What training and evaluation take their batches from. */
export interface Feed {
  /** Batches in one pass. */
  readonly count: number;
  /** All pictures in their own order, as they are. */
  inOrder(): Generator<Batch>;
  /**
   * One epoch of training, in random order and augmented; the same key gives the same batches.
   * @param from the first batch to give: an epoch that was interrupted goes on where it was.
   */
  shuffled(key: StreamKey, from?: number): Generator<Batch>;
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
  batchSize: number,
): Feed {
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
