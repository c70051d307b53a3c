import { expect } from 'chai';
import { detectProcessor, type Processor, parseCpuInfo } from '../../src/engine/hardware.ts';
import {
  isFasterAsMatMul,
  type Pass,
} from '../../src/engine/tensorflow/own-kernels/convolution.ts';

describe('the instructions of the processor', () => {
  it('are parsed from its flags', () => {
    const flags = (...names: string[]) =>
      `processor\t: 0\nflags\t\t: fpu sse2 ${names.join(' ')}\nbugs\t\t: avx512f\n`;
    expect(parseCpuInfo(flags('avx', 'avx2', 'fma')).instructions).to.equal('avx2');
    expect(parseCpuInfo(flags('avx', 'avx2', 'avx512f', 'avx512bw')).instructions).to.equal(
      'avx512',
    );
    expect(parseCpuInfo(flags('avx')).instructions).to.equal('other');
    expect(parseCpuInfo('Features\t: fp asimd\n').instructions).to.equal('other');
  });

  it('are detected on this machine', function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
    expect(detectProcessor().instructions).to.match(/^avx/);
  });

  it('decide which convolutions use matrix products', () => {
    const isFaster = (pass: Pass, side: number, instructions: Processor['instructions']) =>
      isFasterAsMatMul(pass, [32, side, side, 8], [3, 3, 8, 8], instructions);
    expect(isFaster('forward', 2, 'avx512')).to.equal(true);
    expect(isFaster('forward', 3, 'avx2')).to.equal(false);
    expect(isFaster('filter gradient', 8, 'avx2')).to.equal(true);
    expect(isFaster('filter gradient', 8, 'avx512')).to.equal(false);
    expect(isFaster('filter gradient', 12, 'avx2')).to.equal(false);
  });
});
