import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { uniforms } from '../../src/common/random.ts';
import { startProgram } from '../program.ts';
import { onlyRun, results, stepOf, useTwoPhases } from './two-phases.ts';

/** Kills in each of two concurrent series, one for each core. */
const KILLS = 25;

describe('runs that are killed repeatedly', function (this: Mocha.Suite) {
  this.timeout(600_000);
  const made = useTwoPhases();

  const startRun = (runs: string) =>
    startProgram(['run', made().file, '--resume', '--threads', '1', '--runs', runs]);

  /** Measures the times until training begins and for recording the result, in milliseconds. */
  async function durations(runs: string) {
    const run = startRun(runs);
    const times = [performance.now()];
    for (const line of [/^Training$/, /^Evaluation$/]) {
      await run.until(line);
      times.push(performance.now());
    }
    const { exitCode, stderr } = await run.program;
    expect(exitCode, stderr).to.equal(0);
    const [begin = 0, training = 0, record = 0] = times;
    return { beginning: training - begin, recording: performance.now() - record };
  }

  it(`end like an uninterrupted run, after ${2 * KILLS} kills`, async () => {
    const { folder } = made();
    const whole = join(folder, 'whole');
    const { beginning, recording } = await durations(whole);
    const uninterrupted = await results(await onlyRun(whole));
    const hits: Record<string, number> = {};
    const counts = { runs: 0, resumed: 0, inCheckpoint: 0 };

    /** Kills a run at a moment of the given kind. Returns `false` if the run finished before. */
    async function kill(runs: string, kind: number, moment: number): Promise<boolean> {
      const run = startRun(runs);
      const later = (ms: number) => sleep(moment * ms, null, { ref: false });
      if (kind === 0) await Promise.race([later(beginning), run.program]);
      else {
        // Kills it some epochs later, in any state, or while it records, or just after that.
        const recorded = run.until(/^Evaluation$/).then(() => later(1.5 * recording));
        const trained = run.until(/: epoch \d/, kind).then(() => later(200));
        await Promise.race([trained, recorded, run.program]);
      }
      run.program.kill('SIGKILL');
      const { exitCode, stderr, signal } = await run.program;
      if (exitCode === 0) return false;
      expect(signal, stderr).to.equal('SIGKILL');
      const step = stepOf(run.lines);
      hits[step] = (hits[step] ?? 0) + 1;
      if (run.lines.some((line) => line.includes('resumes from phase'))) counts.resumed += 1;
      if (await hasUnfinished(runs)) counts.inCheckpoint += 1;
      return true;
    }

    async function series(name: string): Promise<void> {
      const kinds = uniforms(KILLS, ['kinds', name]).map((value) => Math.floor(4 * value));
      const moments = uniforms(KILLS, ['moments', name]);
      for (let kills = 0, run = 1; ; run++) {
        const runs = join(folder, `${name}-${run}`);
        while (kills < KILLS) {
          if (!(await kill(runs, kinds[kills] as number, moments[kills] as number))) break;
          kills += 1;
        }
        const { exitCode, stderr } = await startRun(runs).program;
        expect(exitCode, stderr).to.equal(0);
        expect(await results(await onlyRun(runs)), `${name}-${run}`).to.deep.equal(uninterrupted);
        counts.runs += 1;
        if (kills === KILLS) return;
      }
    }
    await Promise.all([series('one'), series('other')]);

    const where = Object.entries(hits).map(([step, count]) => `${step} ${count}`);
    console.log(
      `      ${2 * KILLS} kills of ${counts.runs} runs (${where.join(', ')}; ${counts.inCheckpoint} as a checkpoint ` +
        `was written), ${counts.resumed} of the killed runs had resumed from a checkpoint`,
    );
    expect(hits).to.include.keys('Training', 'Evaluation');
    expect(counts.resumed).to.be.above(10);
  });
});

/** Returns true if the only run has an incomplete checkpoint. */
async function hasUnfinished(runs: string): Promise<boolean> {
  const path = await onlyRun(runs).catch(() => null);
  const names = path ? await readdir(join(path, 'checkpoints')).catch(() => []) : [];
  return names.some((name) => name.startsWith('.'));
}
