import { loadResolved } from '../config/load.ts';
import { resolvedYaml } from '../config/resolved.ts';
import { planExperiment } from '../plan/experiment.ts';
import { halveBatch } from '../plan/halve-batch.ts';
import type { PlannedCell } from '../plan/sweep.ts';
import { runModelsIn } from '../runs/find.ts';
import type { CommonJob, JobEnd, JobEvent } from './job.ts';
import type { BegunJob, Workers } from './workers.ts';

/** A cell, and where it stands among those of the sweep, from 1. */
export interface Entry extends Pick<PlannedCell, 'loaded' | 'plan'> {
  readonly run: number;
}

export interface ScheduleOptions {
  readonly workers: Workers;
  /** What all jobs have in common. */
  readonly common: CommonJob;
  /** How often a run that failed is tried again. */
  readonly retries: number;
  /** Ends all at the first run that fails. */
  readonly failFast: boolean;
  readonly signal: AbortSignal;
}

/** Is told of each run as it goes on; what is told of its end is recorded before another one begins. */
export interface Watcher {
  began(run: number): Promise<void>;
  event(run: number, event: JobEvent): void;
  /** It will be tried again. */
  again(run: number, why: string): void;
  ended(run: number, end: JobEnd, batchHalved: number): Promise<void>;
}

/** Does the runs of a sweep, as many at once as there are workers, and tries again what may help. */
export async function schedule(
  entries: readonly Entry[],
  options: ScheduleOptions,
  watcher: Watcher,
): Promise<void> {
  const { workers, signal } = options;
  const waiting = [...entries];
  const going = new Set<BegunJob>();
  let ending = false;
  const endAll = () => {
    ending = true;
    for (const job of going) job.interrupt();
  };
  signal.addEventListener('abort', endAll);
  try {
    await Promise.all(Array.from({ length: workers.slots }, (_, slot) => workOff(slot)));
  } finally {
    signal.removeEventListener('abort', endAll);
  }

  async function workOff(slot: number): Promise<void> {
    while (!ending && !signal.aborted) {
      const entry = waiting.shift();
      if (!entry) return;
      await watcher.began(entry.run);
      const { end, batchHalved } = await tryUntilDone(entry, slot);
      await watcher.ended(entry.run, end, batchHalved);
      if (end.kind === 'failed' && options.failFast) endAll();
    }
  }

  async function tryUntilDone(
    entry: Entry,
    slot: number,
  ): Promise<{ end: JobEnd; batchHalved: number }> {
    let cell: Pick<Entry, 'loaded' | 'plan'> = entry;
    let batchHalved = 0;
    for (let retries = 0; ; ) {
      // What a run that broke has saved need not be done again.
      const resume = options.common.resume || retries > 0;
      const end = await attempt(cell, { run: entry.run, slot, resume });
      if (end.kind !== 'failed' || ending) return { end, batchHalved };
      const smaller =
        end.cause === 'memory' ? await inHalfTheMemory(cell, options.common.runs) : null;
      if (smaller) {
        cell = smaller;
        batchHalved += 1;
        watcher.again(entry.run, `memory ran out, again with half the batch: ${end.error}`);
      } else if (end.cause !== 'input' && retries < options.retries) {
        retries += 1;
        watcher.again(entry.run, `try ${retries + 1} of ${options.retries + 1}: ${end.error}`);
      } else return { end, batchHalved };
    }
  }

  async function attempt(
    { plan, loaded }: Pick<Entry, 'loaded' | 'plan'>,
    { run, slot, resume }: { run: number; slot: number; resume: boolean },
  ): Promise<JobEnd> {
    const own = { id: plan.id, resolved: loaded.resolvedYaml(), text: loaded.text, resume };
    const job = workers.begin({ ...options.common, ...own }, slot, (event) =>
      watcher.event(run, event),
    );
    going.add(job);
    if (ending) job.interrupt();
    return job.end.finally(() => going.delete(job));
  }
}

/** `null` where a batch is one image already. */
async function inHalfTheMemory({ loaded }: Pick<Entry, 'loaded'>, runs: string) {
  const halved = halveBatch(loaded.experiment);
  if (!halved) return null;
  const smaller = await loadResolved(resolvedYaml(halved), loaded.text);
  return { loaded: smaller, plan: (await planExperiment(smaller, runModelsIn(runs))).plan };
}
