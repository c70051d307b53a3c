import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { cifarRun } from '../program.ts';
import { onlyRun, results, useTwoPhases } from './two-phases.ts';

describe('a repeated run', function (this: Mocha.Suite) {
  this.timeout(180_000);
  const made = useTwoPhases();
  let first: string;
  before(async () => {
    const { folder, file } = made();
    await cifarRun(['run', file, '--threads', '1', '--runs', join(folder, 'alone')]);
    first = await onlyRun(join(folder, 'alone'));
  });

  it('gives the same results in a sweep, next to another run', async () => {
    const { folder, file } = made();
    const sweep = join(folder, 'sweep.yaml');
    await writeFile(
      sweep,
      `extends: ${file}\nsweep: { parameters: { seed: { values: [6, 5] } } }\n`,
    );
    const runs = join(folder, 'sweep');
    const args = ['run', sweep, '--jobs', '2', '--threads', '1', '--runs', runs];
    const { exitCode, stderr } = await cifarRun(args);
    expect(exitCode, stderr).to.equal(0);
    const id = basename(first).split('-').at(-1) as string;
    const names = await readdir(join(runs, 'two-phases'));
    const same = names.filter((name) => name.endsWith(id));
    expect(same, names.join()).to.have.length(1);
    expect(await results(join(runs, 'two-phases', same[0] as string))).to.deep.equal(
      await results(first),
    );
  });

  it('is verified, with the first difference if there is one', async () => {
    const verify = (...options: string[]) => cifarRun(['verify', first, ...options]);
    const same = await verify();
    expect(same.exitCode, same.stderr).to.equal(0);
    expect(same.stdout).to.match(
      /: epochs 1 to 18, checkpoint best, checkpoint last, the model are identical, byte for byte$/m,
    );
    const threads = await verify('--threads', '2');
    expect(threads.exitCode).to.equal(2);
    expect(threads.stderr).to.include('--threads must be 1 as in the run');
    const metrics = join(first, 'metrics.csv');
    const rows = (await readFile(metrics, 'utf8')).split('\n');
    const columns = rows[0]?.split(',') ?? [];
    const values = rows[3]?.split(',') ?? [];
    const was = values[columns.indexOf('val_loss')];
    values[columns.indexOf('val_loss')] = '0.5';
    await writeFile(metrics, rows.with(3, values.join()).join('\n'));
    const other = await verify('--epochs', '5');
    expect(other.exitCode).to.equal(1);
    expect(other.stderr).to.include(
      `differs from its replay: epoch 3: val_loss was 0.5, is ${was}`,
    );
  });

  it('is verified with its own compiler', async () => {
    const { folder, file } = made();
    const runs = join(folder, 'xla');
    const args = ['run', file, '--set', 'phases.head.epochs=1', '--runs', runs];
    const xla = await cifarRun(args, undefined, { CIFAR_RUN_XLA: '1' });
    expect(xla.stderr).to.include(
      'XLA does not support CropAndResize: training step runs as a graph',
    );
    const { exitCode, stderr } = await cifarRun(['verify', await onlyRun(runs)]);
    expect(exitCode, stderr).to.equal(0);
  });
});
