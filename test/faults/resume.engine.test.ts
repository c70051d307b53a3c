import { join } from 'node:path';
import { expect } from 'chai';
import { cifarRun, startProgram } from '../program.ts';
import { flipBit, onlyRun, results, uninterruptedResults, useTwoPhases } from './two-phases.ts';

// The long tests of this folder stop and kill runs at more moments, and damage more files.
describe('an interrupted run', () => {
  const made = useTwoPhases();

  it('resumes from its previous checkpoint if the last one is damaged, and ends like an uninterrupted run', async () => {
    const { folder, file } = made();
    const runs = join(folder, 'interrupted');
    const { program, until } = startProgram(['run', file, '--runs', runs]);
    await until(/fine-tune: epoch 1/);
    program.kill('SIGTERM');
    expect((await program).exitCode).to.equal(143);
    const run = await onlyRun(runs);
    await flipBit(join(run, 'checkpoints/last/tensors.safetensors'));
    const { exitCode, stdout, stderr } = await cifarRun(['resume', run]);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.match(/checkpoint last cannot be read: .*; going back to phase/);
    expect(await results(run)).to.deep.equal(await uninterruptedResults(file));
  });
});
