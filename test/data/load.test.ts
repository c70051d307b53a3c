import { expect } from 'chai';
import { InputError } from '../../src/common/errors.ts';
import type { Images } from '../../src/data/dataset.ts';
import { classWeights, loadData } from '../../src/data/load.ts';
import type { DataConfig } from '../../src/experiment/experiment.ts';
import { dataConfig, loadContext, pixelsOf, rejection } from './fixture.ts';

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
  it('loads the 10,000 digits of the package, a fifth of each class to validate on', async () => {
    const { classNames, train, validation } = await load({});
    expect(classNames).to.deep.equal(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect([train.labels.length, validation.labels.length]).to.deep.equal([8000, 2000]);
    expect([train.height, train.width, train.channels]).to.deep.equal([28, 28, 1]);
    expect(pixelsOf(train).length).to.equal(8000 * 28 * 28);
    const [trained, validated] = [
      countsOf(train.labels, 10)[1],
      countsOf(validation.labels, 10)[1],
    ];
    expect([trained, validated]).to.deep.equal([902, 225]);
    // MNIST's published mean of its training images is 0.1307.
    const levels = pixelsOf(train);
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length / 255;
    expect(mean).to.be.closeTo(0.1307, 0.002);
  });

  it('keeps the named classes, in their order, with new labels', async () => {
    const limit = { train: 10, validation: null };
    const { classNames, train } = await load({ classes: ['1', '0'], limit });
    expect(classNames).to.deep.equal(['1', '0']);
    expect(countsOf(train.labels, 2)).to.deep.equal([5, 5]);
    // The four central pixels are blank in a zero and part of the stroke in a one.
    train.labels.forEach((label, i) => {
      const middle = [13 * 28 + 13, 13 * 28 + 14, 14 * 28 + 13, 14 * 28 + 14];
      const ink = middle.map((at) => train.pixels.of(i)[at] as number);
      if (label === 0) expect(Math.max(...ink)).to.be.above(200);
      else expect(Math.min(...ink)).to.be.below(50);
    });
  });

  it('names each image by its split and its index there', async () => {
    const { train, validation } = await load({ validation: 0.1 });
    const indexes = [...(train.names ?? []), ...(validation.names ?? [])].map((name) =>
      Number(name.replace('train ', '')),
    );
    expect(indexes.toSorted((a, b) => a - b)).to.deep.equal([...Array(10_000).keys()]);
    const all = await load({ validation: 0.2 });
    const [name = ''] = validation.names ?? [];
    const [images, at] = [all.train, all.validation]
      .map((each) => [each, each.names?.indexOf(name) ?? -1] as const)
      .find(([, index]) => index >= 0) ?? [all.train, -1];
    expect(images.pixels.of(at)).to.deep.equal(validation.pixels.of(0));
  });

  it('limits both splits evenly over the classes', async () => {
    const { train, validation } = await load({ limit: { train: 105, validation: 20 } });
    expect(countsOf(train.labels, 10).sort()).to.deep.equal([
      10, 10, 10, 10, 10, 11, 11, 11, 11, 11,
    ]);
    expect(countsOf(validation.labels, 10)).to.deep.equal(Array(10).fill(2));
  });

  it('selects the same images for the same seed, others for another, and none in both splits', async () => {
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
      'data.classes: the dataset has no class "ten"; its classes are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9',
    ],
    [
      'a repeated class',
      { classes: ['7', '1', '7'] },
      'data.classes: "7" occurs twice; name each class once',
    ],
    ['a single class', { classes: ['7'] }, 'a classifier needs at least 2 classes. Received 1: 7'],
    [
      'validation: test without a test split',
      { validation: 'test' },
      'data.validation: test, but this dataset has no test split; give the fraction of its images to validate on, e.g. 0.1',
    ],
    [
      'a fraction without validation images of some classes',
      { validation: 0.0001 },
      'data.validation: classes 0, 2, 3, 4, 5, 6, 7, 8, 9: no images to validate on. Received: 0.0001',
    ],
    [
      'a fraction without training images',
      { validation: 1, classes: ['0', '1'] },
      'data.validation: classes 0, 1: no images left to train on. Received: 1',
    ],
    [
      'a limit below the number of classes',
      { limit: { train: 1, validation: null }, classes: ['0', '1'] },
      'data.limit: class 0: no training images left. Received: train: 1',
    ],
    [
      'an unknown dataset',
      { dataset: 'cifar' },
      'data.dataset: "cifar" is unknown; known are cifar10, cifar100, mnist, fashion-mnist, digits, folder, csv',
    ],
    [
      'a source for the digits',
      { source: 'digits.zip' },
      'data.source: the dataset digits is part of the program and must have no source. Received: digits.zip',
    ],
  ];
  for (const [what, given, message] of wrong)
    it(`refuses ${what}`, async () => {
      const error = await rejection(load(given));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.equal(message);
    });
});

describe('classWeights', () => {
  const labels = Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1);

  it('are none, the given ones, or inverse to the frequency', () => {
    expect(classWeights(null, ['a', 'b'], labels)).to.equal(null);
    expect(classWeights({ b: 3 }, ['a', 'b'], labels)).to.deep.equal([1, 3]);
    // scikit-learn: compute_class_weight('balanced', classes=[0, 1], y=labels)
    expect(classWeights('balanced', ['a', 'b'], labels)).to.deep.equal([8 / 12, 2]);
  });

  it('refuse an unknown class', () => {
    expect(() => classWeights({ c: 3 }, ['a', 'b'], labels)).to.throw(
      'data.classWeights: the dataset has no class "c"; its classes are a, b',
    );
  });
});
