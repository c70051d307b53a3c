import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { execa } from 'execa';
import { itOnLinux } from '../requirements.ts';

describe('progress on a terminal', () => {
  itOnLinux('keeps each result once, and shows one report at a time', async () => {
    const show = fileURLToPath(new URL('show.ts', import.meta.url));
    // `script` (util-linux) gives the program a real terminal.
    const command = `${process.execPath} --import tsx ${show}`;
    const { stdout } = await execa('script', ['-qec', `stty cols 100; ${command}`, '/dev/null'], {
      env: { CI: '', TERM: 'xterm' },
    });
    const lines = stripVTControlCharacters(stdout).split(/\r?\n/);
    const frames = lines.join('\n').split(/^.*Training$/m);
    const last = frames
      .at(-1)
      ?.trim()
      .split('\n')
      .map((line) => line.replace(/^\W+/, ''));
    expect(last).to.deep.equal(['epoch 1 done', 'epoch 2 done', 'epoch 3 done']);
    for (const frame of frames) {
      expect(frame.match(/batch \d+/g) ?? []).to.have.length.at.most(1);
    }
  });
});
