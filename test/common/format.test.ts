import { expect } from 'chai';
import { execa } from 'execa';
import { shellLine } from '../../src/common/format.ts';

describe('shellLine', () => {
  it('keeps every argument when a shell parses the line', async function () {
    if (process.platform === 'win32') this.skip();
    const words = ["it's", 'vars={a: 1}', '$HOME', '', 'block*', 'a\\b', '"', '--set', 'x=1e-3'];
    const { stdout } = await execa('sh', ['-c', shellLine(['printf', '%s\\n', ...words], 'posix')]);
    expect(stdout.split('\n')).to.deep.equal(words);
  });

  it('quotes an argument only if necessary', () => {
    const words = ['cifar-run', 'a/b.yaml', '--set', 'phases.head.epochs=4'];
    for (const shell of ['posix', 'windows'] as const)
      expect(shellLine(words, shell)).to.equal('cifar-run a/b.yaml --set phases.head.epochs=4');
  });

  it('is for cmd and PowerShell on Windows', () => {
    const words = ['C:\\a\\b.yaml', 'D:\\für alle\\', 'vars={a: 1, b: "c"}', 'block*', "it's", ''];
    expect(shellLine(words, 'windows')).to.equal(
      String.raw`C:\a\b.yaml "D:\für alle\\" "vars={a: 1, b: \"c\"}" "block*" "it's" ""`,
    );
  });
});
