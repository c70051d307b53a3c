import { expect } from 'chai';
import { epochOrder } from '../../src/data/batches/order.ts';

/** 60 images of class 0, 30 of class 1, 9 of class 2. */
const labels = Int32Array.from({ length: 99 }, (_, i) => (i < 60 ? 0 : i < 90 ? 1 : 2));
const order = (sampling: 'uniform' | 'balanced', key: number) => [
  ...epochOrder(sampling, { labels, classCount: 3 }, [key]),
];
const times = (places: number[]) => {
  const counts = new Uint8Array(labels.length);
  for (const place of places) counts[place] = (counts[place] as number) + 1;
  return [...counts];
};

describe('epochOrder', () => {
  it('takes each image once, in another order for each key', () => {
    expect(times(order('uniform', 1))).to.deep.equal(Array(99).fill(1));
    expect(order('uniform', 1)).to.deep.equal(order('uniform', 1));
    expect(order('uniform', 1)).to.not.deep.equal(order('uniform', 2));
  });

  it('balanced takes each class equally often, and its images as evenly as can be', () => {
    const places = order('balanced', 1);
    expect(places).to.deep.equal(order('balanced', 1));
    expect(places).to.not.deep.equal(order('balanced', 2));
    for (const label of [0, 1, 2])
      expect(places.filter((place) => labels[place] === label)).to.have.length(33);
    const counts = times(places);
    expect(new Set(counts.slice(0, 60))).to.deep.equal(new Set([0, 1]));
    expect(new Set(counts.slice(60, 90))).to.deep.equal(new Set([1, 2]));
    expect(new Set(counts.slice(90))).to.deep.equal(new Set([3, 4]));
    // The classes are mixed: no third of the epoch is without one of them.
    for (const start of [0, 33, 66])
      expect(new Set(places.slice(start, start + 33).map((place) => labels[place])).size).to.equal(
        3,
      );
  });
});
