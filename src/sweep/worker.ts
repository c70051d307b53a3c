import { InputError, InterruptedError } from '../common/errors.ts';
import { loadResolved } from '../config/load.ts';
import { toColumns } from '../experiment/metrics.ts';
import { planExperiment } from '../plan/experiment.ts';
import { epochsOf } from '../plan/sweep.ts';
import type { Progress } from '../progress/progress.ts';
import { runModelsIn } from '../runs/find.ts';
import type { TrainingCallback } from '../train/callbacks.ts';
import type { Job, JobEnd, JobEvent } from './job.ts';
import { runOnce } from './once.ts';
import { stopping } from './stopping.ts';

/** The least time between two words on how far an epoch is, in milliseconds. */
const INTERVAL = 500;

type Tell = (event: JobEvent) => void;

/** Does a job in this process. Never throws: what goes wrong is how the job ends. */
export async function doJob(job: Job, signal: AbortSignal, tell: Tell): Promise<JobEnd> {
  try {
    const loaded = await loadResolved(job.resolved, job.text);
    const watchers = [watcher(tell)];
    if (job.asha) {
      const { config, ids } = job.asha;
      const epochs = epochsOf((await planExperiment(loaded, runModelsIn(job.runs))).plan);
      const rivals = ids.filter((id) => id !== job.id);
      watchers.push(stopping({ config, rivals, runs: job.runs, epochs }));
    }
    const progress = steps(tell);
    const record = await runOnce(loaded, { ...job, signal, progress, watchers });
    return { kind: 'done', ...record };
  } catch (error) {
    return endedBy(error as Error);
  }
}

function endedBy(error: Error): JobEnd {
  if (error instanceof InterruptedError) return { kind: 'interrupted' };
  const isMemory = 'code' in error && error.code === 'RESOURCE_EXHAUSTED';
  const cause = error instanceof InputError ? 'input' : isMemory ? 'memory' : 'other';
  return { kind: 'failed', error: error.message, cause };
}

function steps(tell: Tell): Progress {
  return {
    step(title, run) {
      tell({ kind: 'step', title });
      return run({ report: () => {}, note: () => {} });
    },
  };
}

function watcher(tell: Tell): TrainingCallback {
  let epochs = 0;
  let last = 0;
  const nowAndThen: Tell = (event) => {
    if (performance.now() - last < INTERVAL) return;
    last = performance.now();
    tell(event);
  };
  return {
    async note(line) {
      tell({ kind: 'step', title: line });
    },
    phaseBegin(phase) {
      epochs = phase.epochs;
    },
    features({ phase, done, images }) {
      nowAndThen({ kind: 'features', phase, done, images });
    },
    step({ phase, phaseEpoch, phaseEpochs, batch, batches }) {
      const at = epochs + batch / batches;
      nowAndThen({ kind: 'training', phase, phaseEpoch, phaseEpochs, epochs: at });
    },
    async epochEnd(record) {
      epochs = record.epoch;
      tell({ kind: 'epoch', metrics: toColumns(record) });
    },
  };
}
