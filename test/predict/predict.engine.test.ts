import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { fromCsv } from '../../src/common/csv.ts';
import { cifarRun, cli } from '../program.ts';
import { useShapes } from './shapes.ts';

interface Line {
  readonly image: string;
  readonly predictions?: readonly { readonly class: string; readonly probability: number }[];
  readonly error?: string;
}

describe('predict', () => {
  const shapes = useShapes();
  let folder: string;
  let model: string;

  before(() => {
    ({ folder, model } = shapes());
  });

  const predict = (...args: string[]) => cifarRun(['predict', ...args], folder);
  const linesOf = (stdout: string): Line[] =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  /** The probabilities of each image in predictions.csv, by class. */
  async function recorded(): Promise<Map<string, Record<string, number>>> {
    const [header = [], ...rows] = fromCsv(await readFile(join(model, 'predictions.csv'), 'utf8'));
    const classes = header.slice(5).map((column) => column.slice('p_'.length));
    return new Map(
      rows.map((row) => {
        const values = classes.map((name, i) => [name, Number(row[5 + i])]);
        return [join('images', row[1] ?? ''), Object.fromEntries(values)];
      }),
    );
  }

  it('gives the probabilities of the evaluation, for all kinds of images', async () => {
    const expected = await recorded();
    expect(expected.size).to.equal(12);
    const { stdout, exitCode } = await predict('shapes/latest', 'images', '--json', '--top', '3');
    expect(exitCode).to.equal(0);
    const lines = linesOf(stdout);
    expect(lines).to.have.length(24);
    const compared = lines.filter(({ image }) => expected.has(image));
    expect(compared).to.have.length(12);
    for (const { image, predictions = [] } of compared) {
      expect(predictions).to.have.length(3);
      for (const { class: name, probability } of predictions)
        expect(probability, image).to.be.closeTo(expected.get(image)?.[name] ?? -1, 1e-6);
      const ranks = predictions.map(({ probability }) => probability);
      expect(ranks).to.deep.equal(ranks.toSorted((a, b) => b - a));
    }
  });

  it('gives the same with the exported model, and for a run without preprocessing.json', async () => {
    const args = [join('images', 'dark'), '--json', '--top', '3'];
    const { stdout } = await predict('latest', ...args);
    await cifarRun(['export', 'latest', 'exported'], folder);
    expect((await predict('exported', ...args)).stdout).to.equal(stdout);
    const description = join(model, 'model', 'preprocessing.json');
    const text = await readFile(description);
    await rm(description);
    try {
      expect((await predict('latest', ...args)).stdout).to.equal(stdout);
    } finally {
      await writeFile(description, text);
    }
    await rm(join(folder, 'exported', 'preprocessing.json'));
    const { exitCode, stderr } = await predict('exported', ...args);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include('exported has no preprocessing.json');
  });

  it('reports broken and missing images, predicts the others, and exits with 1', async () => {
    await writeFile(join(folder, 'broken.png'), 'no image');
    const good = join('images', 'dark', 'plain.png');
    const table = await predict('latest', 'broken.png', good, 'missing.png', good);
    expect(table.exitCode).to.equal(1);
    expect(table.stderr.split('\n')).to.deep.equal([
      'broken.png: Input buffer contains unsupported image format',
      'missing.png: the file does not exist',
    ]);
    const [header, ...rows] = table.stdout.split('\n');
    expect(header).to.match(/^image +class +probability$/);
    expect(rows).to.have.length(2);
    expect(rows[0]).to.match(/plain\.png +\w+ +\d+\.\d\d %$/);
    expect(rows[1]).to.equal(rows[0]);
    const json = await predict('latest', 'missing.png', good, '--json');
    expect(json.exitCode).to.equal(1);
    const [missing, predicted] = linesOf(json.stdout);
    expect(missing).to.deep.equal({ image: 'missing.png', error: 'the file does not exist' });
    expect(predicted?.predictions).to.have.length(1);
  });

  it('takes globs, URLs and standard input', async () => {
    const image = join(folder, 'images', 'dark', 'plain.png');
    const server: Server = createServer((request, response) => {
      if (request.url === '/dark.png') createReadStream(image).pipe(response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const at = (name: string) => `http://127.0.0.1:${port}/${name}`;
    const args = ['images/*/pl[a-z]in.png', '**/plain.png', at('dark.png'), '-', at('none.png')];
    const { stdout, stderr, exitCode } = await execa(
      process.execPath,
      [...cli, 'predict', 'latest', ...args, '--csv', '--top', '5'],
      {
        cwd: folder,
        reject: false,
        input: await readFile(image),
        env: { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
      },
    );
    server.close();
    expect(exitCode).to.equal(1);
    expect(stderr).to.equal(`${at('none.png')}: the server answers 404`);
    const [header = [], ...rows] = fromCsv(stdout);
    expect(header.slice(0, 5)).to.deep.equal([
      'image',
      'class',
      'probability',
      'class 2',
      'probability 2',
    ]);
    expect(header).to.have.length(1 + 2 * 3);
    const names = ['bright', 'dark', 'medium'].map((name) => join('images', name, 'plain.png'));
    expect(rows.map(([name]) => name)).to.deep.equal([...names, ...names, at('dark.png'), '-']);
    const [, dark = [], , , , , fromUrl = [], fromStdin = []] = rows;
    expect(fromUrl.slice(1)).to.deep.equal(dark.slice(1));
    expect(fromStdin.slice(1)).to.deep.equal(dark.slice(1));
  });

  it('refuses what names no model or no image', async () => {
    await mkdir(join(folder, 'empty'), { recursive: true });
    await copyFile(join(folder, 'shapes.yaml'), join(folder, 'empty', 'notes.txt'));
    const errors = [
      [['latest', 'empty'], 'there is no image in empty'],
      [['latest', 'images/*.png'], 'there is no image in images/*.png'],
      [['nothing', 'images'], 'no run is named nothing'],
      [['latest', 'images', '--top', '0'], '--top takes a whole number of at least 1. Received: 0'],
    ] as const;
    for (const [args, message] of errors) {
      const { exitCode, stderr } = await predict(...args);
      expect(exitCode, message).to.equal(2);
      expect(stderr).to.include(message);
    }
  });
});
