import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { execa } from 'execa';
import { itOnLinux } from '../requirements.ts';

const show = fileURLToPath(new URL('show.ts', import.meta.url));

/** Shows progress on a real terminal, which `script` (util-linux) makes. @returns what is written to it */
async function onTerminal(env: Readonly<Record<string, string>>): Promise<string> {
  const command = `stty cols 100; ${process.execPath} --import tsx ${show}`;
  const { NO_COLOR, FORCE_COLOR, ...rest } = process.env;
  const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
    extendEnv: false,
    env: { ...rest, CI: '', TERM: 'xterm', ...env },
  });
  return stdout;
}

describe('progress on a terminal', () => {
  itOnLinux('has colours, unless NO_COLOR is set or the terminal has none', async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    const colour = /\u001b\[\d[\d;]*m/;
    expect(await onTerminal({})).to.match(colour);
    expect(await onTerminal({ NO_COLOR: '1' })).not.to.match(colour);
    expect(await onTerminal({ TERM: 'dumb' })).not.to.match(colour);
  });

  itOnLinux('keeps each result once, and shows one report at a time', async () => {
    const stdout = await onTerminal({});
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
