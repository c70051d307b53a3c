import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { useEngine } from '../engine.ts';

const script = fileURLToPath(new URL('xla.ts', import.meta.url));

/** What a step leaves, in a process of its own: the engine is set up once for each. */
async function step(env: Record<string, string>) {
  const { stdout } = await execa('npx', ['tsx', script], { env });
  return JSON.parse(stdout) as { compiler: string; weights: number[] };
}

describe('CIFAR_RUN_XLA', function (this: Mocha.Suite) {
  this.timeout(600_000);
  // Installs it.
  useEngine();

  it('has XLA compile what else is run as a graph, which gives the same', async () => {
    const [graph, xla] = await Promise.all([step({}), step({ CIFAR_RUN_XLA: '1' })]);
    expect([graph.compiler, xla.compiler]).to.deep.equal(['graph', 'xla']);
    expect(xla.weights).to.have.length(12);
    for (const [i, weight] of xla.weights.entries())
      expect(weight).to.be.closeTo(graph.weights[i] as number, 1e-5);
  });
});
