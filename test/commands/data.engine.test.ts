import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { cifarRun } from '../program.ts';

const experiment = `
name: colours
data:
  dataset: folder
  source: images
  augment: [flip: horizontal, rotate, colorJitter]
model:
  backbone: { layers: [{ conv2d: { filters: 2, kernelSize: 3 } }], inputShape: [16, 16, 3] }
  head: [globalAveragePooling2d, { dense: { units: 2, activation: softmax } }]
phases: [{ name: only, epochs: 1, optimizer: adam }]
`;

const plain = (background: string, width = 20) =>
  sharp({ create: { width, height: 20, channels: 3, background } })
    .png()
    .toBuffer();

describe('cifar-run data', function (this: Mocha.Suite) {
  this.timeout(60_000);
  let folder: string;
  const write = async (path: string, bytes: Buffer | string) => {
    await mkdir(dirname(join(folder, 'images', path)), { recursive: true });
    await writeFile(join(folder, 'images', path), bytes);
  };
  const data = (...args: string[]) => cifarRun(['data', ...args], folder);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-data-'));
    await writeFile(join(folder, 'colours.yaml'), experiment);
    for (const [name, hues] of Object.entries({ red: ['#f00', '#c22'], blue: ['#00f', '#22c'] }))
      for (const [i, hue] of hues.entries())
        await write(`train/${name}/${i}.png`, await plain(hue));
    await write('train/red/2.png', await plain('#e11', 30));
    await write('val/red/a.png', await plain('#b00'));
    await write('val/blue/a.png', await plain('#22c'));
  });
  after(() => rm(folder, { recursive: true }));

  it('fetch reports the classes and the number of images', async () => {
    const { exitCode, stdout } = await data('fetch', 'colours.yaml', '--json');
    expect(exitCode).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.include({
      classes: ['blue', 'red'],
      images: { train: 5, test: 2 },
    });
  });

  it('inspect reports counts, sizes and duplicates between the splits', async () => {
    const { stdout } = await data('inspect', 'colours.yaml', '--json');
    const { classes, imbalance, duplicates } = JSON.parse(stdout);
    const all = (size: number) => ({ min: size, median: size, max: size });
    expect(classes).to.deep.equal([
      { name: 'blue', train: 2, validation: 1, sizes: { width: all(20), height: all(20) } },
      {
        name: 'red',
        train: 3,
        validation: 1,
        sizes: { width: { min: 20, median: 20, max: 30 }, height: all(20) },
      },
    ]);
    expect(imbalance).to.equal(1.5);
    expect(duplicates.exact).to.deep.equal([
      { train: 'train/blue/1.png', validation: 'val/blue/a.png' },
    ]);
    const table = (await data('inspect', 'colours.yaml')).stdout;
    expect(table).to.match(/^red +3 +1 +20 \/ 20 \/ 30 +20$/m);
    expect(table).to.contain('duplicate: train/blue/1.png in train, val/blue/a.png in validation');
  });

  it('preview draws augmented images', async () => {
    const { exitCode, stdout, stderr } = await data(
      'preview',
      'colours.yaml',
      '--out',
      'sheet.png',
    );
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.match(/^sheet\.png$/m);
    const { format, width = 0 } = await sharp(join(folder, 'sheet.png')).metadata();
    expect(format).to.equal('png');
    expect(width).to.be.above(1000);
  });

  it('run rejects a network with another number of classes', async () => {
    await writeFile(join(folder, 'three.yaml'), experiment.replace('units: 2', 'units: 3'));
    const { exitCode, stderr } = await cifarRun(['run', 'three.yaml'], folder);
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(
      /^three\.yaml:9:\d+ {2}model\.head\[1\] {2}the last layer must give one number for each of the 2 classes\. Received: 3$/,
    );
  });

  it('check names every unreadable image, and fails unless they are skipped', async () => {
    await write('train/red/3.jpg', 'no image');
    await write('val/red/b.png', '');
    const { exitCode, stdout, stderr } = await data('check', 'colours.yaml');
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(/^train\/red\/3\.jpg: .*unsupported/m);
    expect(stdout).to.match(/^val\/red\/b\.png: /m);
    expect(stderr).to.equal('2 images cannot be read; repair them or set data.broken: skip');
    const skipping = await data('check', 'colours.yaml', '--set', 'data.broken=skip');
    expect(skipping.exitCode).to.equal(0);
    expect(skipping.stdout).to.contain(
      '5 training and 2 validation images of 2 classes are readable',
    );
  });

  it('check and inspect name damaged images, and read them', async () => {
    const image = sharp({
      create: {
        width: 16,
        height: 16,
        channels: 3,
        background: 'black',
        noise: { type: 'gaussian', mean: 128, sigma: 50 },
      },
    });
    const whole = await image.jpeg().toBuffer();
    const end = Buffer.from([0xff, 0xd9]);
    await write('train/red/4.jpg', Buffer.concat([whole.subarray(0, whole.length - 60), end]));
    for (const action of ['check', 'check', 'inspect']) {
      const args = ['colours.yaml', '--set', 'data.broken=skip', '--json'];
      const { exitCode, stdout } = await data(action, ...args);
      expect(exitCode).to.equal(0);
      const { images, damaged } = JSON.parse(stdout);
      expect(images, action).to.deep.equal({ train: 6, validation: 2 });
      expect(damaged, action).to.deep.equal(['train/red/4.jpg']);
    }
    const { stdout } = await data('check', 'colours.yaml', '--set', 'data.broken=skip');
    expect(stdout).to.match(/^train\/red\/4\.jpg: damaged; its readable part is used$/m);
  });

  it('rejects an unknown action', async () => {
    const { exitCode, stderr } = await data('show', 'colours.yaml');
    expect(exitCode).to.equal(2);
    expect(stderr).to.match(/^error: unknown command 'show'/);
    const without = await data('inspect');
    expect(without.exitCode).to.equal(2);
    expect(without.stderr).to.match(/^error: missing required argument 'file'/);
  });

  it('cache lists and deletes the entries of the store', async () => {
    const { CIFAR_RUN_CACHE } = process.env;
    process.env.CIFAR_RUN_CACHE = join(folder, 'cache');
    process.env.CIFAR_RUN_CACHE_SIZE = '1MB';
    try {
      await data('inspect', 'colours.yaml', '--set', 'data.broken=skip');
      const listed = await data('cache');
      expect(listed.stdout).to.match(/^\d images of images, 16 x 16 x 3 +0\.0 +20\d\d-/m);
      expect(listed.stdout).to.contain('0.0 of at most 1.0 MB in');
      const { entries, limit } = JSON.parse((await data('cache', 'list', '--json')).stdout);
      expect(limit).to.equal(1e6);
      expect(entries).to.have.length(2);
      expect((await data('cache', 'clear')).stdout).to.equal('removed 0.0 MB');
      expect(JSON.parse((await data('cache', '--json')).stdout).entries).to.deep.equal([]);
      expect((await data('cache', 'list', '--json')).exitCode).to.equal(0);
      const wrong = await data('cache', 'shrink');
      expect(wrong.exitCode).to.equal(2);
      expect(wrong.stderr).to.match(/^error: (unknown command 'shrink'|too many arguments)/);
    } finally {
      delete process.env.CIFAR_RUN_CACHE;
      delete process.env.CIFAR_RUN_CACHE_SIZE;
      Object.assign(process.env, CIFAR_RUN_CACHE === undefined ? {} : { CIFAR_RUN_CACHE });
    }
  });
});
