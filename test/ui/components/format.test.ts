import { expect } from 'chai';
import { execa } from 'execa';
import { cellShade, shellLine } from '../../../src/ui/components/format.ts';

describe('cellShade', () => {
  it('grows with the share and skips the shades on which no text is readable', () => {
    const shades = Array.from({ length: 101 }, (_, i) => cellShade(i / 100));
    const amounts = shades.map(({ amount }) => amount);
    expect(amounts).to.deep.equal(amounts.toSorted());
    expect(shades.at(0)).to.deep.equal({ amount: 0, isStrong: false });
    expect(shades.at(-1)).to.deep.equal({ amount: 1, isStrong: true });
    for (const { amount, isStrong } of shades)
      expect(isStrong ? amount >= 0.75 : amount <= 0.6).to.equal(true);
  });
});

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
