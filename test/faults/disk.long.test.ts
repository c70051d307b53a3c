import { mkdir, open, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { readMetricsCsv } from '../../src/run-folder/metrics-csv.ts';
import { cifarRun, startProgram } from '../program.ts';
import { skip } from '../requirements.ts';
import { onlyRun, results, uninterruptedResults, useTwoPhases } from './two-phases.ts';

describe('a run whose disk fails', function (this: Mocha.Suite) {
  this.timeout(300_000);
  const mounted: string[] = [];
  after(async () => {
    for (const disk of mounted) await execa('umount', ['--lazy', disk]);
  });
  const made = useTwoPhases();

  /** Mounts a disk in memory. CI has the privileges for that; elsewhere the test may be skipped. */
  async function disk(test: Mocha.Context, name: string, ...options: string[]): Promise<string> {
    const path = join(made().folder, name);
    await mkdir(path);
    const mount = await execa('mount', ['-t', 'tmpfs', ...options, 'tmpfs', path], {
      reject: false,
    });
    if (mount.exitCode !== 0) skip(test, `needs the privilege to mount: ${mount.stderr}`);
    mounted.push(path);
    return path;
  }

  it('fails when the disk is full, keeps its files, and resumes when there is space', async function () {
    const { file } = made();
    const runs = await disk(this, 'full', '-o', 'size=4m');
    const run = startProgram(['run', file, '--runs', runs]);
    await run.until(/fine-tune: epoch 2/);
    const filler = join(runs, 'filler');
    await fill(filler);
    const { exitCode, stderr } = await run.program;
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(/cannot write .*ENOSPC: no space left on device/);

    const path = await onlyRun(runs);
    const epochs = await readMetricsCsv(path);
    expect(epochs.map(({ epoch }) => epoch)).to.deep.equal(epochs.map((_, i) => i + 1));
    expect(epochs.length).to.be.within(8, 17);
    const full = await cifarRun(['resume', path]);
    expect(full.exitCode).to.equal(1);
    expect(full.stderr).to.match(/ENOSPC/);

    await rm(filler);
    const resumed = await cifarRun(['resume', path]);
    expect(resumed.exitCode, resumed.stderr).to.equal(0);
    expect(resumed.stdout).to.match(/resumes from phase fine-tune/);
    expect(await results(path)).to.deep.equal(await uninterruptedResults(file));
  });

  it('fails before it loads data if it cannot write', async function () {
    const { file } = made();
    const runs = await disk(this, 'read-only', '-o', 'ro');
    const { exitCode, stdout, stderr } = await cifarRun(['run', file, '--runs', runs]);
    expect(exitCode).to.equal(1);
    expect(stdout).not.to.match(/Data/);
    expect(stderr).to.match(/cannot make the folder .*EROFS.*--runs takes a folder that can be/s);
  });

  it('fails when one of its files cannot be written', async () => {
    const { folder, file } = made();
    const runs = join(folder, 'dev-full');
    const run = startProgram(['run', file, '--runs', runs]);
    await run.until(/head: epoch 2/);
    const log = join(await onlyRun(runs), 'log.txt');
    const before = await readFile(log, 'utf8');
    await rm(log);
    await symlink('/dev/full', log);
    const { exitCode, stderr } = await run.program;
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(/cannot write .*log\.txt: ENOSPC/);
    expect(before).to.match(/head epoch 2/);
    await rm(log);
    const resumed = await cifarRun(['resume', await onlyRun(runs)]);
    expect(resumed.exitCode, resumed.stderr).to.equal(0);
    expect(await results(await onlyRun(runs))).to.deep.equal(await uninterruptedResults(file));
  });

  it('fails when the folder of runs is removed, and resumes when it is back', async () => {
    const { folder, file } = made();
    const [runs, elsewhere] = [join(folder, 'gone'), join(folder, 'elsewhere')];
    const run = startProgram(['run', file, '--runs', runs]);
    await run.until(/head: epoch 1/);
    await rename(runs, elsewhere);
    const { exitCode, stderr } = await run.program;
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(/cannot write .*ENOENT|nothing more is written to .*it was removed/);
    await rename(elsewhere, runs);
    const resumed = await cifarRun(['resume', await onlyRun(runs)]);
    expect(resumed.exitCode, resumed.stderr).to.equal(0);
    expect(await results(await onlyRun(runs))).to.deep.equal(await uninterruptedResults(file));
  });
});

/** Writes a file until the disk is full. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const size of [65_536, 4096])
      while (
        await file.appendFile(Buffer.alloc(size)).then(
          () => true,
          () => false,
        )
      );
  } finally {
    await file.close();
  }
}
