import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../common/errors.ts';
import { writeAtomic } from '../../common/files.ts';
import { countOf } from '../../common/format.ts';
import type { PlannedExperiment } from '../../plan-experiment.ts';
import type { Step } from '../../progress/progress.ts';
import { timeStamp } from '../../run-folder/run-folder.ts';
import type { Trial } from '../../run-folder/sweep-record.ts';
import type { JobOptions } from '../job.ts';
import type { Launcher, LaunchRequest } from '../launcher.ts';
import { batchScript, sbatch, taskStates } from './sbatch.ts';
import { TaskTable } from './task-table.ts';

/**
 * Runs each trial as a task of a Slurm job array. The tasks record their runs in sweep.json themselves, so this process
 * may end after the submission. Runs of an earlier submission stay with their tasks.
 */
export const launchOnSlurm: Launcher = async (request) => {
  const { record, options } = request;
  const { progress, jobs } = options;
  if (jobs !== 1) {
    const message = `--jobs is for the launcher local; with slurm, --array-parallelism limits the runs at once. Received: ${jobs}`;
    throw new InputError(message);
  }
  const states = await taskStates();
  const entries = request.entries.filter(({ trial }) => {
    const task = record.trials.find(({ id }) => id === trial.plan.id)?.task;
    return !task || hasEnded(states.get(task.id));
  });
  if (entries.length > 0) {
    await progress.step(
      `Submitting ${countOf(entries.length, 'run')} to Slurm`,
      async ({ note }) => {
        const job = await submit({ ...request, entries });
        const tasks = entries.map(({ run, trial }) => [trial.plan.id, `${job}_${run}`] as const);
        await record.submitted(new Map(tasks));
        note(`job ${job}: squeue -j ${job} shows it, scancel ${job} cancels it`);
      },
    );
  }
  if (!options.wait) return false;
  await progress.step(describe(request, entries.length), (step) => follow(request, step));
  return true;
};

function describe({ sweep, entries }: LaunchRequest, submitted: number): string {
  const earlier = entries.length - submitted;
  return [
    `Sweep ${sweep.name}: ${countOf(sweep.trials.length, 'run')}`,
    `${entries.length} left`,
    earlier > 0 ? `${earlier} submitted before` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** A subfolder of the sweep's folder, with scripts, inputs of tasks, and logs. */
const FOLDER = 'slurm';

/** The input of the tasks of a job array, as plain JSON. */
export interface TaskInput {
  /** Folder of the sweep. */
  readonly folder: string;
  readonly jobOptions: JobOptions;
  readonly retries: number;
  /** Ends all runs at the first failed one. */
  readonly failFast: boolean;
  /** The most timeouts of a task before its run fails. */
  readonly maxTimeouts: number;
  /** The planned experiments by the number of their run. */
  readonly experiments: Readonly<Record<string, PlannedExperiment>>;
}

export async function readTaskInput(file: string): Promise<TaskInput> {
  return JSON.parse(await readFile(file, 'utf8')) as TaskInput;
}

/**
 * Submits the runs that are left as a job array. Its script stays in the folder of the sweep.
 * @throws InputError if there is no Slurm, RunError if it refuses the job.
 */
async function submit({
  sweep,
  record,
  entries,
  jobOptions,
  retries,
  config,
  options,
}: LaunchRequest): Promise<string> {
  const folder = resolve(record.folder);
  const logs = join(folder, FOLDER);
  const path = join(logs, timeStamp(new Date()));
  const input: TaskInput = {
    folder,
    jobOptions: { ...jobOptions, runs: resolve(jobOptions.runs) },
    retries,
    failFast: options.failFast,
    maxTimeouts: config.max_num_timeout,
    experiments: Object.fromEntries(entries.map(({ run, trial }) => [run, trial])),
  };
  const program = [process.execPath, ...process.execArgv, process.argv[1] as string];
  const runs = entries.map(({ run }) => run);
  const command = [...program, 'task', `${path}.json`];
  await mkdir(logs, { recursive: true });
  await writeAtomic(`${path}.json`, JSON.stringify(input));
  await writeAtomic(`${path}.sh`, batchScript({ name: sweep.name, runs, logs, command }, config));
  return sbatch(`${path}.sh`);
}

const POLL_RECORD_MS = 2_000;
/** The controller of Slurm serves all users. */
const POLL_SLURM_MS = 5_000;

/** States of a task that will not start again. A preempted task is requeued unless the cluster forbids it. */
const END_STATES = [
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'TIMEOUT',
];

/** Tells if a task has ended. Slurm forgets tasks some minutes after their end. */
function hasEnded(state: string | undefined): boolean {
  return state === undefined || END_STATES.includes(state);
}

/**
 * Displays the runs as their tasks record them, until all have ended. A task that ended without a record (its node
 * failed, or it was cancelled in the queue) is found in the list of Slurm.
 * @throws the reason of the signal if it is aborted; the tasks continue.
 */
async function follow(request: LaunchRequest, step: Step): Promise<void> {
  const { record, entries, options } = request;
  const own = new Set(entries.map(({ trial }) => trial.plan.id));
  const table = new TaskTable(request, step);
  let lost: ReadonlyMap<string, string> = new Map();
  let lastPoll = performance.now();
  for (;;) {
    await record.refresh();
    await table.show();
    const open = record.trials.filter((run) => own.has(run.id) && isOpen(run));
    if (open.length === 0) return;
    if (performance.now() - lastPoll > POLL_SLURM_MS) {
      lastPoll = performance.now();
      lost = await findLost(open);
    }
    await sleep(POLL_RECORD_MS, null, { signal: options.signal }).catch(() => {});
    options.signal.throwIfAborted();
  }

  /** A task that had ended at the last poll too has had time to record its end: it is lost. */
  async function findLost(open: readonly Trial[]): Promise<ReadonlyMap<string, string>> {
    // The controller may be unavailable for some time.
    const states = await taskStates().catch(() => null);
    if (!states) return lost;
    const ended = new Map<string, string>();
    for (const run of open) {
      const task = run.task?.id ?? '';
      const state = states.get(task);
      if (!hasEnded(state)) continue;
      if (lost.get(run.id) === task) await recordLost(run, state);
      else ended.set(run.id, task);
    }
    return ended;
  }

  async function recordLost(run: Trial, state = 'unknown'): Promise<void> {
    const { id, task } = run;
    if (state === 'CANCELLED' || run.state === 'interrupted') return record.abandoned(id);
    const log = join(record.folder, FOLDER, `${task?.id ?? ''}.log`);
    await record.failed(id, `its task ended without a result, with the state ${state}; see ${log}`);
  }
}

/** An interrupted run continues as long as it has a task. */
function isOpen({ state, task }: Trial): boolean {
  const isInterrupted = state === 'interrupted' && !task;
  return !(['finished', 'stopped', 'failed'].includes(state) || isInterrupted);
}
