import type { EpochRecord, FeaturesProgress } from '../../src/train/callbacks.ts';
import type { DoWork, Task } from '../task.ts';
import { inFreshCache } from './cache.ts';
import { phaseOn, trainIt } from './experiment.ts';

/** The first phase of the VGG19 experiment, with an empty cache. */
export function frozen(task: Task & { kind: 'frozen' }): DoWork {
  const { folder, batch, images, precision, threads } = task;
  return (epochs) =>
    inFreshCache(async () => {
      let [last, between] = [0, 0];
      const done: { images: number; at: number }[] = [];
      const watch = {
        features({ split, done: images }: FeaturesProgress) {
          if (split === 'train') done.push({ images, at: performance.now() });
        },
        epochEnd({ seconds, imagesPerSecond }: EpochRecord) {
          last = images / imagesPerSecond;
          between = seconds - last;
        },
      };
      const loaded = await phaseOn(folder, 'head', { epochs, batch, images, precision });
      const { dataSeconds } = await trainIt(loaded, threads, { callbacks: [watch] });
      const [first, end] = [done[0], done.at(-1)];
      if (!first || !end || first === end) throw new Error('no features were computed');
      const computing = (end.at - first.at) / 1000 / (end.images - first.images);
      return { last, between, each: dataSeconds / images + computing };
    });
}
