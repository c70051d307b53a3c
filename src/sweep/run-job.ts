import { InputError, InterruptedError, isOutOfMemory } from '../common/errors.ts';
import { toColumns } from '../experiment/metrics.ts';
import { epochsOf } from '../plan/plan.ts';
import type { Progress } from '../progress/progress.ts';
import type { TrainingCallback } from '../train/callbacks.ts';
import { ashaCallback } from './asha.ts';
import type { Job, JobEnd, JobEvent } from './job.ts';
import { runOnce } from './run-once.ts';

/** The least milliseconds between two events within an epoch. */
const MIN_INTERVAL = 500;

type Send = (event: JobEvent) => void;

/** Runs a job in this process. Never throws: an error is the end of the job. */
export async function runJob(job: Job, signal: AbortSignal, send: Send): Promise<JobEnd> {
  const { planned, asha, ...options } = job;
  try {
    const watchers = [eventCallback(send)];
    if (asha) {
      const { id } = planned.plan;
      const rivals = asha.ids.filter((each) => each !== id);
      const epochs = epochsOf(planned.plan);
      watchers.push(ashaCallback({ config: asha.config, rivals, runs: job.runs, epochs }));
    }
    const progress = eventProgress(send);
    const record = await runOnce(planned, { ...options, signal, progress, watchers });
    return { kind: 'done', ...record };
  } catch (error) {
    return endOfError(error as Error);
  }
}

function endOfError(error: Error): JobEnd {
  if (error instanceof InterruptedError) return { kind: 'interrupted' };
  const cause = error instanceof InputError ? 'input' : isOutOfMemory(error) ? 'memory' : 'other';
  return { kind: 'failed', error: error.message, cause };
}

/** Sends the title and the warnings of each step. */
function eventProgress(send: Send): Progress {
  return {
    step(title, run) {
      send({ kind: 'step', title });
      const warn = (line: string) => send({ kind: 'notice', line });
      return run({ report: () => {}, note: () => {}, warn });
    },
  };
}

/** Sends the progress of training. */
function eventCallback(send: Send): TrainingCallback {
  let epochs = 0;
  let last = 0;
  const sendSometimes: Send = (event) => {
    if (performance.now() - last < MIN_INTERVAL) return;
    last = performance.now();
    send(event);
  };
  return {
    async note(line) {
      send({ kind: 'step', title: line });
    },
    phaseBegin(phase) {
      epochs = phase.epochs;
    },
    features({ phase, done, images }) {
      sendSometimes({ kind: 'features', phase, done, images });
    },
    step({ phase, phaseEpoch, phaseEpochs, batch, batches }) {
      const fraction = batch / batches;
      sendSometimes({
        kind: 'training',
        phase,
        phaseEpoch,
        phaseEpochs,
        epochs: epochs + fraction,
      });
    },
    async epochEnd(record) {
      epochs = record.epoch;
      send({ kind: 'epoch', metrics: toColumns(record) });
    },
  };
}
