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

  it('matches one character of a set', () => {
    const matches = globMatcher('conv[1-46]_[!a]*');
    expect(['conv1_b', 'conv4_1', 'conv6_cc'].every(matches)).to.equal(true);
    expect(['conv5_b', 'conv1_a', 'conv_b', 'conv[1-46]_b'].some(matches)).to.equal(false);
    expect(globMatcher('a[1]', { sets: false })('a[1]')).to.equal(true);
    expect(globMatcher('a[')('a[')).to.equal(true);
  });

  it('agrees with a regular expression', () =>
    fc.assert(
      fc.property(
        fc.stringMatching(/^([ab*?]|\[!?ab?\]){0,6}$/),
        fc.stringMatching(/^[ab]{0,8}$/),
        (glob, name) => {
          const expected = new RegExp(
            `^${glob.replaceAll('*', '.*').replaceAll('?', '.').replaceAll('[!', '[^')}$`,
          );
          expect(globMatcher(glob)(name)).to.equal(expected.test(name));
        },
      ),
    ));

  it('ends at once for globs on which a regular expression takes hours', () => {
    expect(globMatcher(`${'*a'.repeat(500)}b`)('a'.repeat(5000))).to.equal(false);
  });
});
