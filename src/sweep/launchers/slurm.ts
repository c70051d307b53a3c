import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../common/errors.ts';
import type { Step } from '../../progress/progress.ts';
import type { SweepRun } from '../../run-folder/sweep-record.ts';
import type { Launcher, Work } from './launcher.ts';
import { taskStates } from './slurm/commands.ts';
import { TaskTable } from './slurm/table.ts';
import { logOf, submit } from './slurm/tasks.ts';

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

const LOOK_EVERY_MS = 2_000;
/** Slurm's controller serves all users. */
const ASK_EVERY_MS = 5_000;

/** States of a task that will not begin any more. A preempted one is put back into the queue, unless it is not. */
const OVER = [
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL'],
  ...['OUT_OF_MEMORY', 'PREEMPTED', 'TIMEOUT'],
];

/** Whether a task has ended; one that Slurm does not know has ended long ago. */
export function isOver(state: string | undefined): boolean {
  return state === undefined || OVER.includes(state);
}

/**
 * Shows runs as their tasks tell of them, until all have ended. A task that ended without a word, as its node
 * failed or it was ended in the queue, is found in Slurm's own list.
 * @throws the signal's reason when it is aborted; the tasks go on.
 */
export async function follow(work: Work, step: Step): Promise<void> {
  const { record, entries, options } = work;
  const own = new Set(entries.map(({ plan }) => plan.id));
  const table = new TaskTable(work, step);
  let over: ReadonlyMap<string, string> = new Map();
  let asked = performance.now();
  for (;;) {
    await record.look();
    await table.show();
    const going = record.runs.filter((run) => own.has(run.id) && !isEnded(run));
    if (going.length === 0) return;
    if (performance.now() - asked > ASK_EVERY_MS) {
      asked = performance.now();
      over = await lookForOver(going);
    }
    await sleep(LOOK_EVERY_MS, null, { signal: options.signal }).catch(() => {});
    options.signal.throwIfAborted();
  }

  /** Those that were over when last asked have had time enough to tell. */
  async function lookForOver(going: readonly SweepRun[]): Promise<ReadonlyMap<string, string>> {
    // The controller may be away for a while.
    const states = await taskStates().catch(() => null);
    if (!states) return over;
    const found = new Map<string, string>();
    for (const run of going) {
      const id = run.task?.id ?? '';
      const state = states.get(id);
      if (!isOver(state)) continue;
      if (over.get(run.id) === id) await tellFor(run, state);
      else found.set(run.id, id);
    }
    return found;
  }

  async function tellFor(run: SweepRun, state = 'not known any more'): Promise<void> {
    const { id, task } = run;
    if (state === 'CANCELLED' || run.state === 'interrupted') return record.abandoned(id);
    const log = logOf(record.folder, task?.id ?? '');
    await record.failed(id, `its task ended without a word, for Slurm it is ${state}; see ${log}`);
  }
}

/** One that was interrupted may go on, as long as it has a task. */
function isEnded({ state, task }: SweepRun): boolean {
  return ['finished', 'stopped', 'failed'].includes(state) || (state === 'interrupted' && !task);
}
