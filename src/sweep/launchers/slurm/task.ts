import { hostname } from 'node:os';
import { InterruptedError, RunError } from '../../../common/errors.ts';
import { loadResolved } from '../../../config/load.ts';
import { formatMetric } from '../../../experiment/metrics.ts';
import { planExperiment } from '../../../plan/experiment.ts';
import { SweepRecord, type Task } from '../../../run-folder/sweep-record.ts';
import { writeSweepSummary } from '../../../run-folder/sweep-summary.ts';
import { runModelsIn } from '../../../runs/find.ts';
import type { JobEnd, JobEvent } from '../../job.ts';
import { recordEnd } from '../../record-end.ts';
import { type Entry, schedule } from '../../schedule.ts';
import { workers } from '../../workers.ts';
import { requeue, scancel } from './commands.ts';
import { readTasks, type Tasks } from './tasks.ts';

export interface TaskOptions {
  /** Its reason tells whether the task's time is almost over: SIGUSR2. */
  readonly signal: AbortSignal;
  /** A line of the task's log. */
  readonly write: (line: string) => void;
}

/**
 * What a task does on its node: its run, in a process of its own, of which it tells in sweep.json.
 * @param file says what each task is to do.
 * @throws RunError when the run has failed; the signal's reason when it was interrupted.
 */
export async function doTask(file: string, options: TaskOptions): Promise<void> {
  const { job, run, restarts } = thisTask();
  const { signal, write } = options;
  const tasks = await readTasks(file);
  const loaded = await loadResolved(tasks.experiments[run] ?? '', tasks.text);
  const { plan } = await planExperiment(loaded, runModelsIn(tasks.common.runs));
  const record = await SweepRecord.join(tasks.folder);
  const former = record.runs.find(({ id }) => id === plan.id)?.task;
  const id = `${job}_${run}`;
  const task = former?.id === id ? former : { id, timeouts: 0 };
  write(`task ${id} on ${hostname()}, put back ${times(restarts)}: run ${run}, ${plan.id}`);

  const entry = { run, loaded, plan };
  let end = await attempt(entry, { ...options, tasks, record, task });
  if (end.kind === 'interrupted' && isTimeOver(signal)) {
    end = await putBack(plan.id, { record, task, most: tasks.maxTimeouts });
  }
  await sumUp(record);
  if (end.kind === 'failed') {
    if (tasks.failFast) await scancel(job);
    throw new RunError(end.error);
  }
  signal.throwIfAborted();
}

function thisTask() {
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: run, SLURM_RESTART_COUNT } = process.env;
  if (!job || !run) throw new RunError('this is for the tasks of a Slurm job array alone');
  return { job, run: Number(run), restarts: Number(SLURM_RESTART_COUNT ?? 0) };
}

interface Attempt extends TaskOptions {
  readonly tasks: Tasks;
  readonly record: SweepRecord;
  readonly task: Task;
}

async function attempt(
  entry: Entry,
  { tasks, record, task, signal, write }: Attempt,
): Promise<JobEnd> {
  const { id } = entry.plan;
  const { restarts } = thisTask();
  const threads = tasks.common.threads ?? Number(process.env.SLURM_CPUS_ON_NODE);
  const resume = tasks.common.resume || restarts > 0;
  const common = { ...tasks.common, threads, resume };
  const { retries } = tasks;
  let ended: JobEnd = { kind: 'interrupted' };
  await schedule(
    [entry],
    { workers: workers({ slots: 1, gpus: [] }), common, retries, failFast: false, signal },
    {
      began: () => record.began(id, task),
      event: (_, event) => tell(event, write),
      again: (_, why) => write(why),
      async ended(_, end, batchHalved) {
        ended = end;
        await recordEnd(record, id, end, batchHalved);
        write(end.kind);
      },
    },
  );
  return ended;
}

function tell(event: JobEvent, write: TaskOptions['write']): void {
  if (event.kind === 'step') write(event.title);
  if (event.kind !== 'epoch') return;
  const metrics = Object.entries(event.metrics);
  write(metrics.map(([name, value]) => `  ${name} ${formatMetric(name, value)}`).join(''));
}

function isTimeOver({ reason }: AbortSignal): boolean {
  return reason instanceof InterruptedError && reason.signal === 'SIGUSR2';
}

/** Its run goes on where it was interrupted, when Slurm begins the task again. */
async function putBack(
  run: string,
  { record, task, most }: { record: SweepRecord; task: Task; most: number },
): Promise<JobEnd> {
  const timeouts = task.timeouts + 1;
  const fail = async (why: string): Promise<JobEnd> => {
    await record.failed(run, why);
    return { kind: 'failed', error: why, cause: 'other' };
  };
  if (timeouts > most) {
    return fail(
      `its time was over ${times(timeouts)}, and max_num_timeout is ${most}; --resume goes on with it`,
    );
  }
  await record.waits(run, { ...task, timeouts });
  try {
    await requeue(task.id);
    return { kind: 'interrupted' };
  } catch (error) {
    return fail(`its time was over and ${(error as Error).message}; --resume goes on with it`);
  }
}

/** The last task to end says what all of them say together. */
async function sumUp(record: SweepRecord): Promise<void> {
  await record.look();
  const isGoing = record.runs.some(({ state }) => state === 'waiting' || state === 'running');
  if (!isGoing) await writeSweepSummary(record.folder);
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
