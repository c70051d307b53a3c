import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { create } from 'tar';
import { csvLayout } from '../../src/data/datasets/csv-layout.ts';
import { loadData } from '../../src/data/load.ts';
import type { DataConfig } from '../../src/experiment/experiment.ts';
import { dataConfig, loadContext, rejection, useFolder } from './setting.ts';

describe('csvLayout', () => {
  const layout = (...lines: string[]) => csvLayout(lines.join('\n'), 'table.csv');

  it('numbers the labels in alphabetical order', () => {
    expect(layout('path,label', '1.png,dog', '2.png,"cat, black"', '', '3.png,dog')).to.deep.equal({
      classNames: ['cat, black', 'dog'],
      train: [
        { path: '1.png', label: 1 },
        { path: '2.png', label: 0 },
        { path: '3.png', label: 1 },
      ],
      heldOut: null,
    });
  });

  it('takes columns in any order, and others beside them', () => {
    const { train, heldOut } = layout(
      '\uFEFFid, Split, Label, Path',
      '1, train, a, 1.png',
      '2, Train, b, 2.png',
      '3, test, b, 3.png',
      '4, val, a, 4.png',
    );
    expect(train.map(({ path }) => path)).to.deep.equal(['1.png', '2.png']);
    expect(heldOut).to.deep.equal([{ path: '4.png', label: 0 }]);
  });

  const wrong: [string, string[], string][] = [
    [
      'a table without names of columns',
      ['1.png,cat'],
      'table.csv must begin with a line that names its columns: path,label or path,label,split. Received: 1.png,cat',
    ],
    ['an empty table', [''], 'Received: nothing'],
    ['a table of no images', ['path,label'], 'table.csv names no images to train on'],
    ['a missing label', ['path,label', '1.png,a', '2.png,'], 'table.csv:3 has no label'],
    [
      'a split that is none',
      ['path,label,split', '1.png,a,training'],
      'table.csv:2 is of split "training"; known are train, val, validation, valid, test',
    ],
    [
      'a label unknown to the training set',
      ['path,label,split', '1.png,a,train', '2.png,b,train', '3.png,c,val'],
      'table.csv:4 has the label "c", which training does not have; it has a, b',
    ],
    ['a line of too many values', ['path,label', '1.png,a,b'], 'cannot be read as CSV: '],
  ];
  for (const [what, lines, message] of wrong)
    it(`refuses ${what}`, () => {
      expect(() => layout(...lines)).to.throw(message);
    });
});

describe('the data set csv', () => {
  const folder = useFolder();
  const load = (source: string, given: Partial<DataConfig> = {}) =>
    loadData(dataConfig({ dataset: 'csv', source, ...given }), 42, loadContext([4, 4, 1]));

  /** Four grey images, named after their level, and a table of them. */
  before(async () => {
    await mkdir(join(folder(), 'set/images'), { recursive: true });
    for (const level of [10, 20, 30, 40]) {
      const background = { r: level, g: level, b: level };
      await sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toFile(join(folder(), `set/images/${level}.png`));
    }
    const rows = ['path,label,split', ...[10, 20].map((l) => `images/${l}.png,l${l},train`)];
    const held = [`${join(folder(), 'set/images/30.png')},l10,val`, './images/40.png,l20,val'];
    await writeFile(join(folder(), 'set/table.csv'), [...rows, ...held].join('\n'));
    const packed = [...rows, 'images/30.png,l10,val', 'images/../images/40.png,l20,val'];
    await mkdir(join(folder(), 'packed'));
    await writeFile(join(folder(), 'packed/table.csv'), packed.join('\n'));
  });

  const levels = ({ train, validation }: Awaited<ReturnType<typeof load>>) =>
    [train, validation].map(({ labels, pixels }) => Array.from(labels, (_, i) => pixels.of(i)[0]));

  for (const source of ['set/table.csv', 'set'])
    it(`reads the images that ${source} names`, async () => {
      const data = await load(join(folder(), source));
      expect(data.classNames).to.deep.equal(['l10', 'l20']);
      expect(levels(data)).to.deep.equal([
        [10, 20],
        [30, 40],
      ]);
    });

  it('reads them from an archive, in a folder of it', async () => {
    const file = join(folder(), 'set.tar.gz');
    const from = { cwd: join(folder()), file, gzip: true };
    await create({ ...from, filter: (path) => !/^set\/table\.csv$/.test(path) }, ['set', 'packed']);
    const table = await rejection(load(file));
    expect(table.message).to.match(
      /cannot read the image packed\/images\/10\.png of .*: there is no such file/,
    );
    await writeFile(
      join(folder(), 'packed/table.csv'),
      'path,label,split\n../set/images/10.png,a,train\n../set/images/20.png,b,train\n../set/images/30.png,a,val\n../set/images/40.png,b,val',
    );
    await create({ ...from, filter: (path) => !/^set\/table\.csv$/.test(path) }, ['set', 'packed']);
    expect(levels(await load(file))).to.deep.equal([
      [10, 20],
      [30, 40],
    ]);
  });

  it('names a image that is not there', async () => {
    const table = join(folder(), 'set/missing.csv');
    await writeFile(
      table,
      'path,label\nnone.png,a\nimages/10.png,a\nimages/20.png,b\nimages/30.png,b',
    );
    const error = await rejection(load(table, { validation: 0.5 }));
    expect(error.message).to.match(/cannot read the image none\.png of .*ENOENT/);
  });

  it('refuses a folder with two tables', async () => {
    expect((await rejection(load(join(folder(), 'set')))).message).to.match(
      /set holds 2 \.csv files, missing\.csv, table\.csv; it must hold one, or the source must be the file itself$/,
    );
  });
});
