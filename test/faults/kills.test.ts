import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { uniforms } from '../../src/random.ts';
import { begin, onlyRun, results, stepOf, writeExperiment } from './two-phases.ts';

const KILLS = 50;
/** How long a go trains at most; a run takes several times as much. */
const TRAINING_MS = 600;

describe('a run that is killed again and again', function (this: Mocha.Suite) {
  this.timeout(600_000);
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    file = await writeExperiment(folder);
  });
  after(() => rm(folder, { recursive: true }));

  it(`ends as one that never was, after ${KILLS} kills`, async () => {
    const args = (name: string) => ['run', file, '--resume', '--runs', join(folder, name)] as const;
    const whole = begin(...args('whole'));
    const start = performance.now();
    await whole.until(/^Training$/);
    const begins = performance.now() - start;
    expect((await whole.program).exitCode, (await whole.program).stderr).to.equal(0);

    const hits: Record<string, number> = {};
    let resumed = 0;
    for (const [i, moment] of uniforms(KILLS, ['kills']).entries()) {
      const run = begin(...args('killed'));
      // Every other one anywhere before training, the others as it goes on or after it.
      if (i % 2 === 1) await run.until(/^Training$/);
      const delay = moment * (i % 2 === 1 ? TRAINING_MS : begins);
      await Promise.race([sleep(delay, null, { ref: false }), run.program]);
      run.program.kill('SIGKILL');
      const { exitCode, stderr } = await run.program;
      expect(exitCode, stderr).to.equal(undefined);
      const step = stepOf(run.lines);
      hits[step] = (hits[step] ?? 0) + 1;
      if (run.lines.some((line) => line.includes('goes on from phase'))) resumed += 1;
    }
    const { exitCode, stderr } = await begin(...args('killed')).program;
    expect(exitCode, stderr).to.equal(0);

    const where = Object.entries(hits).map(([step, count]) => `${step} ${count}`);
    console.log(`      ${KILLS} kills (${where.join(', ')}), ${resumed} goes from a checkpoint`);
    expect(Object.keys(hits)).to.include('Training');
    const found = ['killed', 'whole'].map(async (name) =>
      results(await onlyRun(join(folder, name))),
    );
    const [killed, never] = await Promise.all(found);
    expect(killed).to.deep.equal(never);
  });
});
