import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { useEngine } from '../engine.ts';

const script = fileURLToPath(new URL('compiled-operations.ts', import.meta.url));

describe('operations of compiled functions', () => {
  // Installs it.
  useEngine();

  let results: Record<string, { difference: number; operations: string[] }>;
  before(async function () {
    this.timeout(60_000);
    // In a process of its own: the engine is set up once for each, and this one is to profile.
    results = JSON.parse((await execa('npx', ['tsx', script])).stdout);
  });

  const left = (name: string, types: RegExp) =>
    results[name]?.operations.filter((type) => types.test(type)) ?? [];

  it('give what is given operation by operation', () => {
    expect(Object.keys(results)).to.have.length(8);
    for (const [name, { difference }] of Object.entries(results))
      expect(difference, name).to.be.below(1e-5);
  });

  it('normalize in the convolution', () => {
    for (const name of ['depthwise', 'biasedDepthwise']) {
      expect(left(name, /Conv2d/)).to.have.length(1);
      expect(left(name, /BatchNorm/)).to.have.length(0);
    }
    expect(left('convolution', /Conv2D|BatchNorm|Relu|Add/)).to.have.length(1);
  });

  it('reshape to another shape alone', () => {
    expect(left('reshape', /Reshape/)).to.have.length(1);
  });

  it('copy parts of images for one tap of a filter after another', () => {
    const order = left('filterGradient', /Slice|MatMul/).join(' ');
    expect(order.match(/MatMul/g)).to.have.length(9);
    expect(order)
      .to.match(/Slice/)
      .and.not.match(/Slice \S*Slice \S*Slice/);
  });
});
