import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { useEngine } from '../engine.ts';

const script = fileURLToPath(new URL('xla.ts', import.meta.url));

/** Runs steps in another process, because the options of an engine cannot change. */
async function runSteps(env: Record<string, string>) {
  const { stdout } = await execa('npx', ['tsx', script], { env });
  return JSON.parse(stdout) as { compiler: string; weights: number[] };
}

describe('CIFAR_RUN_XLA', function (this: Mocha.Suite) {
  this.timeout(600_000);
  // Installs the engine.
  useEngine();

  it('compiles functions with XLA, with the same results as a graph', async () => {
    const [graph, xla] = await Promise.all([runSteps({}), runSteps({ CIFAR_RUN_XLA: '1' })]);
    expect([graph.compiler, xla.compiler]).to.deep.equal(['graph', 'xla']);
    expect(xla.weights).to.have.length(12);
    for (const [i, weight] of xla.weights.entries())
      expect(weight).to.be.closeTo(graph.weights[i] as number, 1e-5);
  });
});
