import { type Measure, medians, type Row, takeTurns } from '../measure.ts';

/** Reads the images without a cache, and once more after a run has cached them. */
export const decode: Measure = {
  name: 'decode',
  needsImages: true,
  async run(options) {
    const rows: Row[] = [];
    for (const [again, title, target] of [
      [false, 'first time', 0.9],
      [true, 'second time', 0.1],
    ] as const) {
      const work = () => ({ kind: 'decode', folder: options.images, again }) as const;
      const answers = await takeTurns({ work, turn: (one) => one.run(1), warmUp: 1 }, options);
      const seconds = medians(answers, (answer) => answer.seconds);
      const name = `reading and decoding the images, ${title}`;
      rows.push({ ...seconds, name, unit: 's', target, scaled: '' });
    }
    return rows;
  },
};
