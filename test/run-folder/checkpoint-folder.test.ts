import { hash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { RunError } from '../../src/common/errors.ts';
import { CheckpointFolder } from '../../src/run-folder/checkpoint-folder.ts';
import { LaterFormatError } from '../../src/run-folder/run-file.ts';

interface State {
  readonly number: number;
  readonly rest?: unknown;
}

describe('the folder of checkpoints', () => {
  let root: string;
  let folder: CheckpointFolder<State>;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    folder = new CheckpointFolder(root);
    await folder.open();
  });
  afterEach(() => rm(root, { recursive: true }));

  const content = (number: number, rest?: unknown) => ({
    state: { number, rest },
    tensors: [{ name: 'weights/a', shape: [3], data: Float32Array.of(number, 0.1, -0) }],
  });
  const numberOf = async (name: 'last' | 'previous' | 'best') =>
    (await folder.read(name)).state.number;

  it('restores what was written, including numbers that JSON lacks', async () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, 'text'];
    await folder.write(content(1, { odd }), false);
    const read = await folder.read('last');
    expect(read.state.rest).to.deep.equal({ odd });
    expect(read.tensors.map(({ name, shape, data }) => [name, shape, [...data]])).to.deep.equal([
      ['weights/a', [3], [1, Math.fround(0.1), -0]],
    ]);
  });

  it('keeps the last checkpoint, the one before, and the best', async () => {
    for (const number of [1, 2, 3, 4]) await folder.write(content(number), number === 2);
    expect(await Promise.all((['last', 'previous', 'best'] as const).map(numberOf))).to.deep.equal([
      4, 3, 2,
    ]);
    expect((await readdir(folder.path)).sort()).to.deep.equal(['best', 'last', 'previous']);
  });

  it('detects every changed byte and every truncation of a file', async () => {
    await folder.write(content(1), false);
    const damaged = new CheckpointFolder<State>(join(root, 'damaged'));
    for (const file of ['state.json', 'tensors.safetensors']) {
      const bytes = await readFile(join(folder.path, 'last', file));
      for (let place = 0; place < bytes.length; place += 3) {
        const path = join(damaged.path, 'last', file);
        for (const damage of [
          () =>
            writeFile(
              path,
              bytes.map((byte, i) => (i === place ? byte ^ 8 : byte)),
            ),
          () => truncate(path, place),
        ]) {
          await cp(folder.path, damaged.path, { recursive: true });
          await damage();
          // The last line feed has no content.
          const isEnd = file === 'state.json' && place === bytes.length - 1;
          const read = await damaged.read('last').catch((error: Error) => error);
          expect(read instanceof Error || isEnd, `${file} at ${place}`).to.equal(true);
        }
      }
    }
  });

  it('is unchanged if a new checkpoint cannot be written', async () => {
    await folder.write(content(1), true);
    await folder.write(content(2), false);
    const broken = { ...content(3), tensors: [{ name: 'x', shape: [1], data: null as never }] };
    const error = await folder.write(broken, true).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(RunError);
    expect(String(error)).to.match(/cannot write the checkpoint .*last: /);
    expect(await Promise.all((['last', 'previous', 'best'] as const).map(numberOf))).to.deep.equal([
      2, 1, 1,
    ]);
    expect((await readdir(folder.path)).sort()).to.deep.equal(['best', 'last', 'previous']);
  });

  it('removes what a killed process has left', async () => {
    await folder.write(content(1), false);
    await cp(join(folder.path, 'last'), join(folder.path, '.0badcafe'), { recursive: true });
    await folder.open();
    expect(await readdir(folder.path)).to.deep.equal(['last']);
  });

  it('refuses a checkpoint of a later version of the program', async () => {
    await folder.write(content(1), false);
    const path = join(folder.path, 'last', 'state.json');
    const [, text = ''] = (await readFile(path, 'utf8')).split('\n');
    const later = text.replace('"formatVersion":1', '"formatVersion":2');
    await writeFile(path, `${hash('sha256', later, 'hex')}\n${later}\n`);
    const error = await folder.read('last').catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(LaterFormatError);
    expect(String(error)).to.match(
      /state\.json was written by a later version of cifar-run \(format 2; this one reads up to 1\)/,
    );
  });
});
