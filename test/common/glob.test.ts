import { expect } from 'chai';
import fc from 'fast-check';
import { globMatcher } from '../../src/common/glob.ts';

describe('globMatcher', () => {
  it('matches names, any characters by *, and one character by ?', () => {
    const matches = globMatcher('block?_*conv');
    expect(['block1_conv', 'block2_sepconv'].every(matches)).to.equal(true);
    expect(['block_conv', 'block12_conv', 'block1_conv2', ''].some(matches)).to.equal(false);
    expect(globMatcher('')('')).to.equal(true);
    expect(globMatcher('')('a')).to.equal(false);
    expect(globMatcher('*')('a.b/c')).to.equal(true);
    expect(globMatcher('a.c')('abc')).to.equal(false);
  });

  it('agrees with a regular expression', () =>
    fc.assert(
      fc.property(
        fc.stringMatching(/^[ab*?]{0,6}$/),
        fc.stringMatching(/^[ab]{0,8}$/),
        (glob, name) => {
          const expected = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
          expect(globMatcher(glob)(name)).to.equal(expected.test(name));
        },
      ),
    ));

  it('ends at once for globs on which a regular expression takes hours', () => {
    expect(globMatcher(`${'*a'.repeat(500)}b`)('a'.repeat(5000))).to.equal(false);
  });
});
