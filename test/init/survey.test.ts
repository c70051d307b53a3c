import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { uniforms } from '../../src/common/random.ts';
import { chooseData } from '../../src/config/data-choice.ts';
import { readTrainSample, survey } from '../../src/init/survey.ts';
import { loadContext, useFolder } from '../data/fixture.ts';

const SIZE = [32, 32, 3] as const;

describe('a survey of images', () => {
  const folder = useFolder();

  /** Writes an image of noise. */
  async function image(path: string, width = 20, height = 10): Promise<void> {
    const data = Uint8Array.from(uniforms(width * height * 3, [path]), (x) => 256 * x);
    await mkdir(dirname(join(folder(), path)), { recursive: true });
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(folder(), path));
  }

  const look = (name: string, most = 100) =>
    survey({
      dataset: 'folder',
      source: join(folder(), name),
      seed: 0,
      most,
      context: loadContext(SIZE),
    });

  it('counts all images, and finds broken ones and duplicates', async () => {
    for (const [label, count] of [
      ['cat', 6],
      ['dog', 2],
    ] as const) {
      for (let i = 0; i < count; i++) await image(`pets/train/${label}/${i}.png`);
      await image(`pets/test/${label}/0.png`, 40, 30);
    }
    await copyFile(
      join(folder(), 'pets/train/cat/0.png'),
      join(folder(), 'pets/train/cat/copy.png'),
    );
    await copyFile(
      join(folder(), 'pets/train/cat/1.png'),
      join(folder(), 'pets/test/cat/copy.png'),
    );
    await writeFile(join(folder(), 'pets/train/dog/broken.png'), 'no image');
    const found = await look('pets');
    expect(found.classNames).to.deep.equal(['cat', 'dog']);
    expect(found.counts).to.deep.equal([7, 3]);
    expect(found.testCount).to.equal(3);
    expect(found.imbalance).to.be.closeTo(7 / 3, 1e-12);
    expect(found.sizes.width).to.deep.equal({ min: 20, median: 20, max: 40 });
    expect(found.broken.map(({ path }) => path)).to.deep.equal(['train/dog/broken.png']);
    expect(found.duplicates.repeated).to.equal(1);
    expect(found.duplicates.exact).to.have.length(1);
    expect(found.areFiles).to.equal(true);
  });

  it('decodes only a sample, in proportion to the classes but with two images of each', async () => {
    for (let i = 0; i < 30; i++) await image(`many/common/${i}.png`);
    for (let i = 0; i < 3; i++) await image(`many/rare/${i}.png`);
    const { sample, counts, testCount } = await look('many', 10);
    expect(counts).to.deep.equal([30, 3]);
    expect(testCount).to.equal(null);
    const labels = [...sample.train.labels];
    expect(labels.filter((label) => label === 1)).to.have.length(2);
    expect(labels.length).to.be.within(10, 11);
    const options = { dataset: 'folder', source: join(folder(), 'many'), seed: 0, most: 10 };
    const larger = await readTrainSample({ ...options, context: loadContext([64, 64, 3]) });
    expect(larger.names).to.deep.equal(sample.train.names);
    expect([larger.height, larger.width]).to.deep.equal([64, 64]);
  });

  it('is of published datasets too', async () => {
    const { dataset, source } = chooseData('digits', (path) => path);
    const context = loadContext(SIZE);
    const found = await survey({ dataset, source, seed: 0, most: 50, context });
    expect(found.counts.reduce((sum, own) => sum + own)).to.equal(10_000);
    expect(found.areFiles).to.equal(false);
    expect(found.sample.train.labels).to.have.length(50);
  });
});

describe('the data that a word names', () => {
  const resolvePath = (path: string) => `/here/${path}`;

  it('is a published dataset, a table, or else a folder or archive', () => {
    expect(chooseData('cifar10', resolvePath)).to.deep.equal({ dataset: 'cifar10', source: null });
    expect(() => chooseData(' ', resolvePath)).to.throw(
      /^the data must be a folder.*Received: ''$/,
    );
    expect(chooseData('a.CSV', resolvePath)).to.deep.equal({
      dataset: 'csv',
      source: '/here/a.CSV',
    });
    expect(chooseData('a.zip', resolvePath)).to.deep.equal({
      dataset: 'folder',
      source: '/here/a.zip',
    });
  });
});
