import { once } from 'node:events';
import { cp, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { cifarRun, startProgram } from '../program.ts';
import { flipBit, onlyRun, results, uninterruptedResults, useTwoPhases } from './two-phases.ts';

describe('a run that is interrupted or whose last checkpoint is damaged', function (this: Mocha.Suite) {
  this.timeout(180_000);
  const made = useTwoPhases();

  it('saves at a signal in any step, exits with its code, and resumes', async () => {
    const { folder, file } = made();
    const runs = join(folder, 'signals');
    const codes = { SIGINT: 130, SIGTERM: 143, SIGUSR2: 140 } as const;
    const at: [line: RegExp, signal: keyof typeof codes][] = [
      [/^Engine$/, 'SIGTERM'],
      [/^Data$/, 'SIGINT'],
      [/^Model$/, 'SIGTERM'],
      [/head: epoch 2/, 'SIGUSR2'],
      [/fine-tune: epoch 2/, 'SIGTERM'],
      [/^Evaluation$/, 'SIGTERM'],
    ];
    for (const [line, signal] of at) {
      const run = startProgram(['run', file, '--resume', '--runs', runs]);
      await run.until(line);
      run.program.kill(signal);
      const { exitCode, stderr } = await run.program;
      expect(exitCode, `${line} ${stderr}`).to.equal(codes[signal]);
      expect(stderr).to.match(/finishing this step; once more to stop at once/);
    }
    const { exitCode, stderr } = await cifarRun(['resume', await onlyRun(runs)]);
    expect(exitCode, stderr).to.equal(0);
    expect(await results(await onlyRun(runs))).to.deep.equal(await uninterruptedResults(file));
  });

  it('stops at once at a second Ctrl-C, and loses nothing that was saved', async () => {
    const { folder, file } = made();
    const runs = join(folder, 'twice');
    const run = startProgram(['run', file, '--runs', runs]);
    await run.until(/fine-tune: epoch 2/);
    run.program.kill('SIGINT');
    await once(run.program.stderr, 'data');
    run.program.kill('SIGINT');
    expect((await run.program).exitCode).to.equal(130);
    const { exitCode, stdout, stderr } = await cifarRun(['resume', await onlyRun(runs)]);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.match(/resumes from phase fine-tune/);
    expect(await results(await onlyRun(runs))).to.deep.equal(await uninterruptedResults(file));
  });

  it('resumes from the previous checkpoint, with a note', async () => {
    const { folder, file } = made();
    const runs = join(folder, 'interrupted');
    const run = startProgram(['run', file, '--runs', runs]);
    await run.until(/fine-tune: epoch 1/);
    run.program.kill('SIGINT');
    await run.program;
    const damages: Record<string, (last: string) => Promise<void>> = {
      'a bit is flipped': (last) => flipBit(join(last, 'tensors.safetensors')),
      'a file is truncated': (last) => truncate(join(last, 'state.json'), 100),
      'a file is missing': (last) => rm(join(last, 'tensors.safetensors')),
      'it is missing': (last) => rm(last, { recursive: true }),
    };
    for (const [what, damage] of Object.entries(damages)) {
      const copies = join(folder, what.replaceAll(' ', '-'));
      await cp(runs, copies, { recursive: true });
      const copy = await onlyRun(copies);
      await damage(join(copy, 'checkpoints/last'));
      const { exitCode, stdout, stderr } = await cifarRun(['resume', copy]);
      expect(exitCode, stderr).to.equal(0);
      expect(stdout, what).to.match(/checkpoint last cannot be read: .*; going back to phase/);
      expect(await results(copy), what).to.deep.equal(await uninterruptedResults(file));
    }
  });

  it('is locked against a second process', async () => {
    const { folder, file } = made();
    const runs = join(folder, 'two');
    const first = startProgram(['run', file, '--runs', runs]);
    await first.until(/head: epoch 1/);
    const second = await cifarRun(['resume', await onlyRun(runs)]);
    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.match(/another process holds it/);
    expect((await first.program).exitCode).to.equal(0);
    expect(await results(await onlyRun(runs))).to.deep.equal(await uninterruptedResults(file));
  });
});
