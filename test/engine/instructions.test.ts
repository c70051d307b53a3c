import { expect } from 'chai';
import {
  type Instructions,
  instructionsOf,
  processorInstructions,
} from '../../src/engine/tensorflow/instructions.ts';
import { isFasterAsProducts, type Pass } from '../../src/engine/tensorflow/own-kernels/conv.ts';

describe('instructions of the processor', () => {
  it('are the widest of its flags', () => {
    const flags = (...names: string[]) =>
      `processor\t: 0\nflags\t\t: fpu sse2 ${names.join(' ')}\nbugs\t\t: avx512f\n`;
    expect(instructionsOf(flags('avx', 'avx2', 'fma'))).to.equal('avx2');
    expect(instructionsOf(flags('avx', 'avx2', 'avx512f', 'avx512bw'))).to.equal('avx512');
    expect(instructionsOf(flags('avx'))).to.equal('other');
    expect(instructionsOf('Features\t: fp asimd\n')).to.equal('other');
  });

  it('are known of this one', function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
    expect(processorInstructions()).to.match(/^avx/);
  });

  it('decide which convolutions are products of matrices', () => {
    const of = (pass: Pass, side: number, instructions: Instructions) =>
      isFasterAsProducts(pass, [32, side, side, 8], [3, 3, 8, 8], instructions);
    expect(of('forward', 2, 'avx512')).to.equal(true);
    expect(of('forward', 3, 'avx2')).to.equal(false);
    expect(of('filter gradient', 8, 'avx2')).to.equal(true);
    expect(of('filter gradient', 8, 'avx512')).to.equal(false);
    expect(of('filter gradient', 12, 'avx2')).to.equal(false);
  });
});
