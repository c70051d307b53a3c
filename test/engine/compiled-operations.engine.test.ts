import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { detectProcessor } from '../../src/engine/hardware.ts';
import { useEngine } from '../engine.ts';

const script = fileURLToPath(new URL('compiled-operations.ts', import.meta.url));

describe('operations of compiled functions', () => {
  // Installs the engine.
  useEngine();

  let results: Record<string, { difference: number; operations: string[] }>;
  before(async function () {
    this.timeout(60_000);
    // Profiling needs another process, because the options of an engine cannot change.
    results = JSON.parse((await execa('npx', ['tsx', script])).stdout);
  });

  const operationsOf = (name: string, types: RegExp) =>
    results[name]?.operations.filter((type) => types.test(type)) ?? [];

  it('compute the same as without compilation', () => {
    const { bfloat16: _, ...exact } = results;
    expect(Object.keys(exact)).to.have.length(8);
    for (const [name, { difference }] of Object.entries(exact))
      expect(difference, name).to.be.below(1e-5);
  });

  it('include the normalization in the convolution', () => {
    for (const name of ['depthwise', 'biasedDepthwise']) {
      expect(operationsOf(name, /Conv2d/)).to.have.length(1);
      expect(operationsOf(name, /BatchNorm/)).to.have.length(0);
    }
    expect(operationsOf('convolution', /Conv2D|BatchNorm|Relu|Add/)).to.have.length(1);
  });

  if (detectProcessor().bfloat16)
    it('include the normalization in the convolution in bfloat16', () => {
      expect(operationsOf('bfloat16', /Conv2D|BatchNorm/)).to.have.length(1);
      // The values are up to 60.
      expect(results.bfloat16?.difference).to.be.below(0.3);
    });

  it('reshape only to another shape', () => {
    expect(operationsOf('reshape', /Reshape/)).to.have.length(1);
  });

  it('slice images for one filter tap after another', () => {
    const order = operationsOf('filterGradient', /Slice|MatMul/).join(' ');
    expect(order.match(/MatMul/g)).to.have.length(9);
    expect(order)
      .to.match(/Slice/)
      .and.not.match(/Slice \S*Slice \S*Slice/);
  });
});
