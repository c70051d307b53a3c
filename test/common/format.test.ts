import { expect } from 'chai';
import { execa } from 'execa';
import { shellLine } from '../../src/common/format.ts';

describe('shellLine', () => {
  it('keeps every argument when a shell parses the line', async () => {
    const words = ["it's", 'vars={a: 1}', '$HOME', '', 'block*', 'a\\b', '"', '--set', 'x=1e-3'];
    const { stdout } = await execa('sh', ['-c', shellLine(['printf', '%s\\n', ...words])]);
    expect(stdout.split('\n')).to.deep.equal(words);
  });

  it('quotes an argument only if necessary', () => {
    expect(shellLine(['cifar-run', 'a/b.yaml', '--set', 'phases.head.epochs=4'])).to.equal(
      'cifar-run a/b.yaml --set phases.head.epochs=4',
    );
  });
});
