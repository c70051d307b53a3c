import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import sharp from 'sharp';
import { create } from 'tar';
import { InputError } from '../../../src/common/errors.ts';
import { labelByTable } from '../../../src/data/datasets/csv.ts';
import { loadData } from '../../../src/data/load.ts';
import type { DataConfig } from '../../../src/experiment/experiment.ts';
import { dataConfig, loadContext, rejection, useFolder } from '../fixture.ts';

describe('labelByTable', () => {
  const label = (...lines: string[]) => labelByTable(Buffer.from(lines.join('\n')), 'table.csv');

  it('numbers the labels in alphabetical order', async () => {
    const files = await label('path,label', '1.png,dog', '2.png,"cat, black"', '', '3.png,dog');
    expect(files).to.deep.equal({
      classNames: ['cat, black', 'dog'],
      train: [
        { path: '1.png', label: 1 },
        { path: '2.png', label: 0 },
        { path: '3.png', label: 1 },
      ],
      test: null,
    });
  });

  it('accepts columns in any order, and additional ones', async () => {
    const { train, test } = await label(
      '\uFEFFid, Split, Label, Path',
      '1, train, a, 1.png',
      '2, Train, b, 2.png',
      '3, test, b, 3.png',
      '4, val, a, 4.png',
    );
    expect(train.map(({ path }) => path)).to.deep.equal(['1.png', '2.png']);
    expect(test).to.deep.equal([{ path: '4.png', label: 0 }]);
  });

  const wrong: [string, string[], string][] = [
    [
      'a table without column names',
      ['1.png,cat'],
      'the first line of table.csv must name the columns: path,label or path,label,split. Received: 1.png,cat',
    ],
    ['an empty table', [''], 'Received: nothing'],
    ['a table without images', ['path,label'], 'table.csv lists no images to train on'],
    ['a missing label', ['path,label', '1.png,a', '2.png,'], 'table.csv:3 has no label'],
    [
      'an unknown split',
      ['path,label,split', '1.png,a,training'],
      'table.csv:2 has the unknown split "training"; known are train, val, validation, valid, test',
    ],
    [
      'a label without training images',
      ['path,label,split', '1.png,a,train', '2.png,b,train', '3.png,c,val'],
      'table.csv:4 has the label "c", which no training image has; known are a, b',
    ],
    ['a line with too many values', ['path,label', '1.png,a,b'], 'is not valid CSV: '],
  ];
  for (const [what, lines, message] of wrong)
    it(`refuses ${what}`, async () => {
      const error = await rejection(label(...lines));
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.contain(message);
    });
});

describe('a table that is not UTF-8', () => {
  it('is refused with its line, because its labels would be garbled', async () => {
    const latin1 = Buffer.from('path,label\n1.png,chat\n2.png,ch\u00e2teau\n3.png,chat', 'latin1');
    const error = await rejection(labelByTable(latin1, 'table.csv'));
    expect(error).to.be.instanceOf(InputError);
    expect(error.message).to.contain('table.csv:3 is not UTF-8; save the table as UTF-8');
    const utf16 = Buffer.from('\ufeffpath,label\n1.png,a', 'utf16le');
    expect((await rejection(labelByTable(utf16, 'table.csv'))).message).to.contain(
      'table.csv:1 is not UTF-8',
    );
  });
});

describe('a table with a label for each image', () => {
  it('is read in linear time, and lets other events through', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `${i}.png,label ${i}`);
    let turns = 0;
    const counting = setInterval(() => {
      turns++;
    });
    const table = Buffer.from(['path,label', ...rows].join('\n'));
    const { classNames } = await labelByTable(table, 'table.csv');
    clearInterval(counting);
    expect(classNames).to.have.length(50_000);
    expect(turns).to.be.at.least(3);
  });
});

describe('a table that names a pipe or a device', () => {
  const folder = useFolder();
  it('is refused at once, with the name', async function () {
    if (process.platform === 'win32') this.skip();
    const table = join(folder(), 'table.csv');
    const pipe = join(folder(), 'pipe.png');
    await execa('mkfifo', [pipe]);
    for (const [path, what] of [
      ['pipe.png', 'pipe'],
      ['/dev/zero', 'device'],
      ['.', 'folder'],
    ] as const) {
      await writeFile(
        table,
        ['path,label', ...['a', 'a', 'b', 'b'].map((label) => `${path},${label}`)].join('\n'),
      );
      const error = await rejection(
        loadData(
          dataConfig({ dataset: 'csv', source: table, validation: 0.5 }),
          42,
          loadContext([4, 4, 1]),
        ),
      );
      expect(error).to.be.instanceOf(InputError);
      expect(error.message).to.match(
        new RegExp(`cannot read the image \\S+ of .*: .* is not a file but a ${what};`),
      );
    }
    const error = await rejection(
      loadData(dataConfig({ dataset: 'csv', source: pipe }), 42, loadContext([4, 4, 1])),
    );
    expect(error.message).to.contain('pipe.png must be a folder, an archive or a .csv file');
  });
});

describe('the dataset csv', () => {
  const folder = useFolder();
  const load = (source: string, given: Partial<DataConfig> = {}) =>
    loadData(dataConfig({ dataset: 'csv', source, ...given }), 42, loadContext([4, 4, 1]));

  /** Writes four grey images, named after their level, and a table of them. */
  before(async () => {
    await mkdir(join(folder(), 'set/images'), { recursive: true });
    for (const level of [10, 20, 30, 40]) {
      const background = { r: level, g: level, b: level };
      await sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toFile(join(folder(), `set/images/${level}.png`));
    }
    const rows = ['path,label,split', ...[10, 20].map((l) => `images/${l}.png,l${l},train`)];
    const validation = [
      `${join(folder(), 'set/images/30.png')},l10,val`,
      './images/40.png,l20,val',
    ];
    await writeFile(join(folder(), 'set/table.csv'), [...rows, ...validation].join('\n'));
    const packed = [...rows, 'images/30.png,l10,val', 'images/../images/40.png,l20,val'];
    await mkdir(join(folder(), 'packed'));
    await writeFile(join(folder(), 'packed/table.csv'), packed.join('\n'));
  });

  const levels = ({ train, validation }: Awaited<ReturnType<typeof load>>) =>
    [train, validation].map(({ labels, pixels }) => Array.from(labels, (_, i) => pixels.of(i)[0]));

  for (const source of ['set/table.csv', 'set'])
    it(`reads the images listed in ${source}`, async () => {
      const data = await load(join(folder(), source));
      expect(data.classNames).to.deep.equal(['l10', 'l20']);
      expect(levels(data)).to.deep.equal([
        [10, 20],
        [30, 40],
      ]);
    });

  it('reads them from a folder of an archive', async () => {
    const file = join(folder(), 'set.tar.gz');
    const from = { cwd: join(folder()), file, gzip: true };
    await create({ ...from, filter: (path) => !/^set\/table\.csv$/.test(path) }, ['set', 'packed']);
    const table = await rejection(load(file));
    expect(table.message).to.match(
      /cannot read the image packed\/images\/10\.png of .*: the file does not exist/,
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

  it('names a missing image', async () => {
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
      /set contains 2 \.csv files, missing\.csv, table\.csv; it must contain one, or the source must be the file itself$/,
    );
  });
});
