import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../../progress/progress.ts';
import type { SweepRun } from '../../../record/sweep-record.ts';
import type { Work } from '../launcher.ts';
import { taskStates } from './commands.ts';
import { TaskTable } from './table.ts';
import { logOf } from './tasks.ts';

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
