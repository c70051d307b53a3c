import { hostname } from 'node:os';
import { InterruptedError, RunError } from '../../common/errors.ts';
import { formatMetric } from '../../experiment/metrics.ts';
import { SweepRecord, type Task } from '../../run-folder/sweep-record.ts';
import { writeSweepSummary } from '../../runs/compared.ts';
import type { JobEnd, JobEvent } from '../job.ts';
import { localJobPool } from '../job-process.ts';
import type { SweepEntry } from '../launcher.ts';
import { recordEnd, schedule } from '../scheduler.ts';
import { readTaskInput, type TaskInput } from './launcher.ts';
import { requeue, scancel } from './sbatch.ts';

export interface TaskOptions {
  /** Aborted with SIGUSR2 if the time limit of the task is near. */
  readonly signal: AbortSignal;
  /** Writes a line to the log of the task. */
  readonly write: (line: string) => void;
}

/**
 * Runs a task of a Slurm job array on its node: one run, in its own process, recorded in sweep.json.
 * @param file the input of all tasks.
 * @throws RunError if the run has failed; the reason of the signal if it was interrupted.
 */
export async function runTask(file: string, options: TaskOptions): Promise<void> {
  const { job, run, restarts } = thisTask();
  const { signal, write } = options;
  const input = await readTaskInput(file);
  const trial = input.experiments[run];
  if (!trial) throw new RunError(`${file} has no run ${run}`);
  const record = await SweepRecord.join(input.folder);
  const former = record.trials.find((each) => each.id === trial.plan.id)?.task;
  const id = `${job}_${run}`;
  const task = former?.id === id ? former : { id, timeouts: 0 };
  write(`task ${id} on ${hostname()}, restarted ${times(restarts)}: run ${run}, ${trial.plan.id}`);

  const entry = { run, trial };
  let end = await runEntry(entry, { ...options, input, record, task });
  if (end.kind === 'interrupted' && isTimeout(signal)) {
    end = await requeueRun(trial.plan.id, { record, task, maxTimeouts: input.maxTimeouts });
  }
  await summarizeIfLast(record);
  if (end.kind === 'failed') {
    if (input.failFast) await scancel(job);
    throw new RunError(end.error);
  }
  signal.throwIfAborted();
}

function thisTask() {
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: run, SLURM_RESTART_COUNT } = process.env;
  if (!job || !run) {
    throw new RunError('this command is only for tasks of a Slurm job array');
  }
  return { job, run: Number(run), restarts: Number(SLURM_RESTART_COUNT ?? 0) };
}

interface TaskContext extends TaskOptions {
  readonly input: TaskInput;
  readonly record: SweepRecord;
  readonly task: Task;
}

async function runEntry(
  entry: SweepEntry,
  { input, record, task, signal, write }: TaskContext,
): Promise<JobEnd> {
  const { id } = entry.trial.plan;
  const { restarts } = thisTask();
  const threads = input.jobOptions.threads ?? Number(process.env.SLURM_CPUS_ON_NODE);
  const resume = input.jobOptions.resume || restarts > 0;
  let result: JobEnd = { kind: 'interrupted' };
  await schedule(
    [entry],
    {
      pool: localJobPool({ slots: 1, gpus: [] }),
      jobOptions: { ...input.jobOptions, threads, resume },
      retries: input.retries,
      failFast: false,
      signal,
    },
    {
      started: () => record.started(id, task),
      progressed: (_, event) => writeEvent(event, write),
      retried: (_, reason) => write(reason),
      async ended(_, end, batchHalved) {
        result = end;
        await recordEnd(record, id, end, batchHalved);
        write(end.kind);
      },
    },
  );
  return result;
}

function writeEvent(event: JobEvent, write: TaskOptions['write']): void {
  if (event.kind === 'step') write(event.title);
  if (event.kind !== 'epoch') return;
  const metrics = Object.entries(event.metrics);
  write(metrics.map(([name, value]) => `  ${name} ${formatMetric(name, value)}`).join(''));
}

function isTimeout({ reason }: AbortSignal): boolean {
  return reason instanceof InterruptedError && reason.signal === 'SIGUSR2';
}

/** Requeues the task. Its run resumes from the last checkpoint when Slurm starts the task again. */
async function requeueRun(
  run: string,
  { record, task, maxTimeouts }: { record: SweepRecord; task: Task; maxTimeouts: number },
): Promise<JobEnd> {
  const timeouts = task.timeouts + 1;
  const fail = async (reason: string): Promise<JobEnd> => {
    await record.failed(run, reason);
    return { kind: 'failed', error: reason, cause: 'other' };
  };
  if (timeouts > maxTimeouts) {
    return fail(
      `it timed out ${times(timeouts)}, and max_num_timeout is ${maxTimeouts}; --resume continues it`,
    );
  }
  await record.requeued(run, { ...task, timeouts });
  try {
    await requeue(task.id);
    return { kind: 'interrupted' };
  } catch (error) {
    return fail(`it timed out and ${(error as Error).message}; --resume continues it`);
  }
}

/** The last task to end writes the summary of the sweep. */
async function summarizeIfLast(record: SweepRecord): Promise<void> {
  await record.refresh();
  const isOpen = record.trials.some(({ state }) => state === 'waiting' || state === 'running');
  if (!isOpen) await writeSweepSummary(record.folder);
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
