import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { useFolder } from '../data/fixture.ts';
import { cifarRun } from '../program.ts';

describe('cifar-run init', () => {
  const folder = useFolder();
  const init = (...args: string[]) => cifarRun(['init', ...args], folder());

  for (const [what, args, message] of [
    ['no images', [], 'name the images: a folder, an archive, a .csv table, or one of cifar10, '],
    ['a folder that does not exist', ['cats'], 'cats does not exist'],
    ['an unknown backbone', ['digits', '--backbones', 'mobilenetv2'], 'Did you mean mobilenetV2?'],
    [
      'a size that is no number',
      ['digits', '--sizes', '96,big'],
      'separated by commas, e.g. 160,224. Received: 96,big',
    ],
    [
      'a sample that is no number',
      ['digits', '--images', 'all'],
      '--images takes a whole number of at least 10. Received: all',
    ],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { exitCode, stderr } = await init(...args);
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain(message);
    });

  it('replaces no file unless it is told to', async () => {
    await writeFile(join(folder(), 'digits.yaml'), 'mine');
    const { exitCode, stderr } = await init('digits');
    expect(exitCode).to.equal(2);
    expect(stderr).to.equal('digits.yaml exists; --force replaces it, -o writes another file');
    expect(await readFile(join(folder(), 'digits.yaml'), 'utf8')).to.equal('mine');
  });
});
