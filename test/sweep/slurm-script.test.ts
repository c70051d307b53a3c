import { expect } from 'chai';
import { loadExperiment } from '../../src/load-experiment.ts';
import { batchScript } from '../../src/sweep/slurm/sbatch.ts';

describe('the batch script of a sweep', () => {
  const script = {
    name: 'rates',
    runs: [1, 2, 3, 7, 9, 10],
    logs: '/data/100 %',
    command: ['node', "it's"],
  };

  /** Returns the lines of the script for a `launcher` section with these settings. */
  async function scriptWith(...set: string[]): Promise<string[]> {
    const overrides = { set: set.map((setting) => `launcher.${setting}`), setFile: [] };
    const { launcher } = await loadExperiment('configs/digits.yaml', overrides);
    return batchScript(script, launcher).split('\n');
  }

  it('requests only what the file requests', async () => {
    expect(await scriptWith()).to.deep.equal([
      '#!/bin/bash',
      '#SBATCH --job-name=rates',
      '#SBATCH --array=1-3,7,9-10',
      "#SBATCH --output='/data/100 %%/%A_%a.log'",
      '#SBATCH --open-mode=append',
      '#SBATCH --requeue',
      '#SBATCH --signal=B:USR2@90',
      '#SBATCH --nodes=1',
      '#SBATCH --ntasks=1',
      '',
      "exec node 'it'\\''s'",
      '',
    ]);
  });

  it('writes each key as an option of sbatch', async () => {
    const lines = await scriptWith(
      'partition=gpu',
      'qos=high',
      'account=vision',
      'time=1-12:00',
      'mem_gb=7.5',
      'cpus_per_task=4',
      'gpus_per_node=1',
      'array_parallelism=2',
      'signal_delay_s=120',
      'setup=[module load nodejs, nvidia-smi]',
      'additional_parameters={exclusive: true, mail_type: END, comment: "two words", x11: false}',
    );
    const options = [
      'array=1-3,7,9-10%2',
      'signal=B:USR2@120',
      'partition=gpu',
      'qos=high',
      'account=vision',
      'time=1-12:00',
      'mem=7680M',
      'cpus-per-task=4',
      'gpus-per-node=1',
      'exclusive',
      'mail-type=END',
      "comment='two words'",
    ];
    expect(lines).to.include.members(options.map((option) => `#SBATCH --${option}`));
    expect(lines.join('\n')).not.to.contain('x11');
    expect(lines.slice(-4)).to.deep.equal([
      'module load nodejs',
      'nvidia-smi',
      "exec node 'it'\\''s'",
      '',
    ]);
  });
});
