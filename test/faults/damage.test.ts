import { appendFile, cp, mkdtemp, open, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cifarRun } from '../command-line.ts';
import { begin, onlyRun, results, writeExperiment } from './two-phases.ts';

describe('a run whose last checkpoint is damaged, or that is interrupted', function (this: Mocha.Suite) {
  this.timeout(180_000);
  let folder: string;
  let file: string;
  let whole: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    file = await writeExperiment(folder);
    const runs = join(folder, 'whole');
    await cifarRun(['run', file, '--runs', runs]);
    whole = await results(await onlyRun(runs));
  });
  after(() => rm(folder, { recursive: true }));

  const signals = { SIGINT: 130, SIGTERM: 143, SIGUSR2: 140 } as const;
  for (const [signal, code] of Object.entries(signals)) {
    it(`saves at ${signal}, ends with ${code}, and goes on`, async () => {
      const runs = join(folder, signal);
      const run = begin('run', file, '--runs', runs);
      await run.until(/fine-tune: epoch 2/);
      run.program.kill(signal as NodeJS.Signals);
      expect((await run.program).exitCode).to.equal(code);
      const { exitCode, stderr } = await cifarRun(['resume', await onlyRun(runs)]);
      expect(exitCode, stderr).to.equal(0);
      expect(await results(await onlyRun(runs))).to.deep.equal(whole);
    });
  }

  it('goes back to the checkpoint before, and says so', async () => {
    const runs = join(folder, 'interrupted');
    const run = begin('run', file, '--runs', runs);
    await run.until(/fine-tune: epoch 1/);
    run.program.kill('SIGINT');
    await run.program;
    const tensors = 'checkpoints/last/tensors.safetensors';
    const damages: Record<string, (path: string) => Promise<void>> = {
      'a bit is flipped': flipBit,
      'it is cut off': (path) => truncate(path, 1000),
      'it is gone': (path) => rm(path),
      'something follows': (path) => appendFile(path, 'x'),
    };
    for (const [what, damage] of Object.entries(damages)) {
      const copies = join(folder, what.replaceAll(' ', '-'));
      await cp(runs, copies, { recursive: true });
      const copy = await onlyRun(copies);
      await damage(join(copy, tensors));
      const { exitCode, stdout, stderr } = await cifarRun(['resume', copy]);
      expect(exitCode, stderr).to.equal(0);
      expect(stdout, what).to.match(/checkpoint last cannot be read: .*; going back to phase/);
      expect(await results(copy), what).to.deep.equal(whole);
    }
  });

  it('is not done by two processes at once', async () => {
    const runs = join(folder, 'two');
    const first = begin('run', file, '--runs', runs);
    await first.until(/head: epoch 1/);
    const second = await cifarRun(['resume', await onlyRun(runs)]);
    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.match(/another process holds it/);
    expect((await first.program).exitCode).to.equal(0);
    expect(await results(await onlyRun(runs))).to.deep.equal(whole);
  });
});

async function flipBit(path: string): Promise<void> {
  const place = Math.floor((await readFile(path)).length / 2);
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, place);
  await file.write(Buffer.from([(buffer[0] as number) ^ 4]), 0, 1, place);
  await file.close();
}
