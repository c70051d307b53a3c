import { InputError } from '../../errors.ts';
import type { Launcher, Work } from './launcher.ts';
import { taskStates } from './slurm/commands.ts';
import { follow, isOver } from './slurm/follow.ts';
import { submit } from './slurm/tasks.ts';

/**
 * Each run is a task of a Slurm job array, which tells of it in sweep.json. This process hands them in and may
 * then end; runs that an earlier one has handed in are left to their tasks.
 */
export const slurmLauncher: Launcher = async (work) => {
  const { record, options } = work;
  const { progress, jobs } = options;
  if (jobs !== 1) {
    const message = `--jobs is for the launcher local; with slurm, --array-parallelism bounds the runs at once. Received: ${jobs}`;
    throw new InputError(message);
  }
  const states = await taskStates();
  const waiting = work.entries.filter(({ plan }) => {
    const task = record.runs.find(({ id }) => id === plan.id)?.task;
    return !task || isOver(states.get(task.id));
  });
  if (waiting.length > 0) {
    await progress.step(`Handing ${count(waiting.length)} in to Slurm`, async ({ note }) => {
      const job = await submit({ ...work, entries: waiting });
      const tasks = waiting.map(({ run, plan }) => [plan.id, `${job}_${run}`] as const);
      await record.submitted(new Map(tasks));
      note(`job ${job}: squeue -j ${job} shows it, scancel ${job} ends it`);
    });
  }
  if (!options.wait) return false;
  await progress.step(describe(work, waiting.length), (step) => follow(work, step));
  return true;
};

function describe({ sweep, entries }: Work, submitted: number): string {
  const earlier = entries.length - submitted;
  return [
    `Sweep ${sweep.name}: ${count(sweep.cells.length)}`,
    `${entries.length} to do`,
    earlier > 0 ? `${earlier} handed in before` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

function count(runs: number): string {
  return `${runs} ${runs === 1 ? 'run' : 'runs'}`;
}
