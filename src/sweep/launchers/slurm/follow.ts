import { setTimeout as sleep } from 'node:timers/promises';
import { epochsOf, type PlannedCell, showSettings } from '../../../plan/sweep.ts';
import type { Step } from '../../../progress/progress.ts';
import { type ShownRun, SweepDisplay } from '../../../progress/sweep.ts';
import type { SweepRun } from '../../../record/sweep-record.ts';
import { listedRun } from '../../../runs/listed.ts';
import { type RunPlace, runPlaces } from '../../../runs/places.ts';
import type { Work } from '../launcher.ts';
import { taskStates } from './commands.ts';
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
  const { record, entries, options, sweep, config } = work;
  const own = new Set(entries.map(({ plan }) => plan.id));
  const slots = config.array_parallelism ?? entries.length;
  const display = new SweepDisplay(step, { metric: sweep.metric.name, slots });
  const seen = new Map(record.runs.map(({ id, state }) => [id, state]));
  let over = new Map<string, string>();
  let asked = performance.now();
  for (;;) {
    await record.look();
    await show();
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
  async function lookForOver(going: readonly SweepRun[]): Promise<Map<string, string>> {
    const states = await taskStates();
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

  async function show(): Promise<void> {
    const places = await runPlaces(options.runs);
    const shown = await Promise.all(record.runs.map((run) => shownRun(run, places)));
    const changed = record.runs.filter(({ id, state }) => seen.get(id) !== state);
    for (const { id, state, run } of changed) {
      seen.set(id, state);
      display.show(shown, shown[run - 1]);
    }
    if (changed.length === 0) display.show(shown);
  }

  async function shownRun(run: SweepRun, places: readonly RunPlace[]): Promise<ShownRun> {
    const { state, error, task } = run;
    const place = places.findLast(({ id }) => id === run.id);
    const hasBegun = place && state !== 'waiting';
    const { epochs, seconds, metrics } = hasBegun ? await listedRun(place) : NOTHING;
    const all = epochsOf((sweep.cells[run.run - 1] as PlannedCell).plan);
    const at = epochs > 0 ? `epoch ${epochs}/${all}` : (task?.id ?? '');
    return {
      run: run.run,
      settings: showSettings(run.settings),
      state,
      at: error?.split('\n')[0] ?? at,
      metric: metrics[sweep.metric.name] ?? null,
      seconds: hasBegun ? seconds : null,
      left: epochs > 0 ? (seconds / epochs) * (all - epochs) : null,
    };
  }
}

const NOTHING = { epochs: 0, seconds: 0, metrics: {} as Readonly<Record<string, number>> };

/** One that was interrupted may go on, as long as it has a task. */
function isEnded({ state, task }: SweepRun): boolean {
  return ['finished', 'stopped', 'failed'].includes(state) || (state === 'interrupted' && !task);
}
