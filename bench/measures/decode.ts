import { type Measure, medians, type Row, TARGETS, takeTurns } from '../measure.ts';

/** Reads the images without a cache, and once more after a run has cached them. */
export const decode: Measure = {
  name: 'decode',
  needsImages: true,
  async run(options) {
    const rows: Row[] = [];
    for (const again of [false, true]) {
      const work = () => ({ kind: 'decode', folder: options.images, again }) as const;
      const answers = await takeTurns({ work, turn: (one) => one.run(1), warmUp: 1 }, options);
      const seconds = medians(answers, (answer) => answer.seconds);
      const name = `reading and decoding the images, ${again ? 'second' : 'first'} time`;
      rows.push({ ...seconds, name, unit: 's', target: TARGETS.float32, scaled: '' });
    }
    return rows;
  },
};
