import { Contestant, contestants } from '../contestant.ts';
import { type Measure, medians, TARGETS } from '../measure.ts';
import type { Answer } from '../task.ts';

/** Measures the time from the command to the end of the first step of VGG19 on the images, with a new process in each round. */
export const start: Measure = {
  name: 'start',
  needsImages: true,
  async run({ images: folder, rounds, threads, commands }) {
    const answers = { 'cifar-run': [] as Answer[], keras: [] as Answer[], torch: [] as Answer[] };
    const task = { kind: 'start', batch: 32, folder, threads, variant: '' } as const;
    // The first round is not counted: it fills the cache of images and the page cache.
    for (let round = -1; round < rounds; round++)
      for (const name of contestants) {
        const one = await Contestant.start(name, commands[name], task);
        await one.end();
        if (round >= 0) answers[name].push({ seconds: one.startSeconds, peak: 0, variant: '' });
      }
    const seconds = medians(answers, (answer) => answer.seconds);
    const name = 'from command to first step, images read before';
    const scaled = 'random weights for all';
    return [{ ...seconds, name, unit: 's', target: TARGETS.float32, scaled }];
  },
};
