import { expect } from 'chai';
import { execa } from 'execa';
import { shellLine } from '../../../src/ui/components/format.ts';

describe('a line for the shell', () => {
  it('is read by a shell as the words it is made of', async () => {
    const words = ["it's", 'vars={a: 1}', '$HOME', '', 'block*', 'a\\b', '"', '--set', 'x=1e-3'];
    const { stdout } = await execa('sh', ['-c', shellLine(['printf', '%s\\n', ...words])]);
    expect(stdout.split('\n')).to.deep.equal(words);
  });

  it('quotes only what needs it', () => {
    expect(shellLine(['cifar-run', 'a/b.yaml', '--set', 'phases.head.epochs=4'])).to.equal(
      'cifar-run a/b.yaml --set phases.head.epochs=4',
    );
  });
});
