import { expect } from 'chai';
import { detectProcessor, type Processor, parseCpuInfo } from '../../src/engine/hardware.ts';
import {
  isFasterAsMatMul,
  type Pass,
} from '../../src/engine/tensorflow/own-kernels/convolution.ts';
import type { Precision } from '../../src/experiment/experiment.ts';

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
    const size = (side: number) => ({ outHeight: side, outWidth: side });
    const isFaster = (pass: Pass, side: number, instructions: Processor['instructions']) => {
      const processor = { instructions, bfloat16: false };
      return isFasterAsMatMul(pass, size(side), [3, 3, 8, 8], processor, 'float32');
    };
    expect(isFaster('forward', 2, 'avx512')).to.equal(true);
    expect(isFaster('forward', 3, 'avx2')).to.equal(false);
    expect(isFaster('filter gradient', 8, 'avx2')).to.equal(true);
    expect(isFaster('filter gradient', 8, 'avx512')).to.equal(false);
    expect(isFaster('filter gradient', 12, 'avx2')).to.equal(false);
    const processor = { instructions: 'avx512', bfloat16: true } as const;
    const withBfloat16 = (pass: Pass, side: number, width: number, precision: Precision) =>
      isFasterAsMatMul(pass, size(side), [width, width, 128, 128], processor, precision);
    expect(withBfloat16('filter gradient', 8, 3, 'float32')).to.equal(false);
    expect(withBfloat16('filter gradient', 8, 3, 'bfloat16')).to.equal(true);
    expect(withBfloat16('forward', 4, 3, 'float32')).to.equal(true);
    expect(withBfloat16('forward', 4, 1, 'float32')).to.equal(false);
    expect(withBfloat16('input gradient', 12, 1, 'float32')).to.equal(true);
  });
});
