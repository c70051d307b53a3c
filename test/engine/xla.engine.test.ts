import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  const engine = useEngine();
  const cache = mkdtempSync(join(tmpdir(), 'cifar-run-'));
  after(() => rmSync(cache, { recursive: true }));

  it('compiles functions with XLA, with the same results as a graph', async () => {
    const { folder } = await engine().inspect(false);
    const env = { CIFAR_RUN_XLA: '1', CIFAR_RUN_TENSORFLOW: folder, CIFAR_RUN_CACHE: cache };
    const [graph, xla] = await Promise.all([runSteps({}), runSteps(env)]);
    expect([graph.compiler, xla.compiler]).to.deep.equal(['graph', 'xla']);
    expect(xla.weights).to.have.length(12);
    for (const [i, weight] of xla.weights.entries())
      expect(weight).to.be.closeTo(graph.weights[i] as number, 1e-5);

    // The next run finds the compiled programs.
    const programs = () => {
      const files = readdirSync(join(cache, 'xla'), { recursive: true, withFileTypes: true });
      return files
        .filter((file) => file.isFile())
        .map(({ parentPath, name }) => [name, statSync(join(parentPath, name)).mtimeMs]);
    };
    const compiled = programs();
    expect(compiled).not.to.deep.equal([]);
    expect((await runSteps(env)).weights).to.deep.equal(xla.weights);
    expect(programs()).to.deep.equal(compiled);
  });
});
