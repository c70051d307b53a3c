import { expect } from 'chai';
import { InputError } from '../../src/common/errors.ts';
import type { Images } from '../../src/data/dataset.ts';
import { loadData } from '../../src/data/load.ts';
import type { DataConfig } from '../../src/experiment/experiment.ts';
import { pixelsOf } from '../pixels.ts';
import { dataConfig, loadContext, rejection } from './setting.ts';

const load = (given: Partial<DataConfig>, seed = 42, channels = 1) =>
  loadData(
    dataConfig({ dataset: 'digits', validation: 0.2, ...given }),
    seed,
    loadContext([28, 28, channels]),
  );

const countsOf = (labels: Int32Array, classCount: number) =>
  Array.from(
    { length: classCount },
    (_, label) => labels.filter((other) => other === label).length,
  );

describe('loadData', () => {
  it('has the 10,000 digits of the package, a fifth of each class held out', async () => {
    const { classNames, train, validation } = await load({});
    expect(classNames).to.deep.equal(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect([train.labels.length, validation.labels.length]).to.deep.equal([8000, 2000]);
    expect([train.height, train.width, train.channels]).to.deep.equal([28, 28, 1]);
    expect(pixelsOf(train).length).to.equal(8000 * 28 * 28);
    const [ones, held] = [countsOf(train.labels, 10)[1], countsOf(validation.labels, 10)[1]];
    expect([ones, held]).to.deep.equal([902, 225]);
    // MNIST's published mean of its training images is 0.1307.
    const levels = pixelsOf(train);
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length / 255;
    expect(mean).to.be.closeTo(0.1307, 0.002);
  });

  it('keeps the classes named, in their order, under new labels', async () => {
    const limit = { train: 10, validation: null };
    const { classNames, train } = await load({ classes: ['1', '0'], limit });
    expect(classNames).to.deep.equal(['1', '0']);
    expect(countsOf(train.labels, 2)).to.deep.equal([5, 5]);
    // A zero is hollow where a one has its stroke: in the four pixels of the middle.
    train.labels.forEach((label, i) => {
      const middle = [13 * 28 + 13, 13 * 28 + 14, 14 * 28 + 13, 14 * 28 + 14];
      const ink = middle.map((at) => train.pixels.of(i)[at] as number);
      if (label === 0) expect(Math.max(...ink)).to.be.above(200);
      else expect(Math.min(...ink)).to.be.below(50);
    });
  });

  it('limits both parts evenly over the classes', async () => {
    const { train, validation } = await load({ limit: { train: 105, validation: 20 } });
    expect(countsOf(train.labels, 10).sort()).to.deep.equal([
      10, 10, 10, 10, 10, 11, 11, 11, 11, 11,
    ]);
    expect(countsOf(validation.labels, 10)).to.deep.equal(Array(10).fill(2));
  });

  it('chooses alike for the same seed, otherwise for another, and no image twice', async () => {
    const limit = { train: 300, validation: 100 };
    const first = await load({ limit });
    expect(await load({ limit })).to.deep.equal(first);
    expect(pixelsOf((await load({ limit }, 43)).train)).to.not.deep.equal(pixelsOf(first.train));
    const key = ({ pixels }: Images, i: number) => Buffer.from(pixels.of(i)).toString('base64');
    const trained = new Set(Array.from({ length: 300 }, (_, i) => key(first.train, i)));
    for (let i = 0; i < 100; i++) expect(trained.has(key(first.validation, i))).to.equal(false);
  });

  const wrong: [string, Partial<DataConfig>, string][] = [
    [
      'an unknown class',
      { classes: ['7', 'ten'] },
      'data.classes: the data have no class "ten"; they have 0, 1, 2, 3, 4, 5, 6, 7, 8, 9',
    ],
    ['a class named twice', { classes: ['7', '1', '7'] }, 'data.classes: "7" is named twice'],
    ['a single class', { classes: ['7'] }, 'a classifier needs at least 2 classes, received 1: 7'],
    [
      'validation: test without a test part',
      { validation: 'test' },
      'data.validation: test, but this data set holds no part out; give the fraction of its images to validate on, e.g. 0.1',
    ],
    [
      'a split that leaves a class without images to validate on',
      { validation: 0.0001 },
      'classes 0, 2, 3, 4, 5, 6, 7, 8, 9: no images to validate on with data.validation: 0.0001',
    ],
    [
      'a split that leaves nothing to train on',
      { validation: 1, classes: ['0', '1'] },
      'classes 0, 1: no images left to train on with data.validation: 1',
    ],
    [
      'a limit below the number of classes',
      { limit: { train: 1, validation: null }, classes: ['0', '1'] },
      'class 0: no images left with data.limit.train: 1',
    ],
    [
      'an unknown data set',
      { dataset: 'cifar' },
      'data.dataset: "cifar" is unknown; known are cifar10, cifar100, mnist, fashion-mnist, digits, folder, csv',
    ],
    [
      'a source for the digits',
      { source: 'digits.zip' },
      'data.source: the digits come with the program and take no source, received digits.zip',
    ],
  ];
  for (const [what, given, message] of wrong)
    it(`refuses ${what}`, async () => {
      const error = await rejection(load(given));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.equal(message);
    });
});
