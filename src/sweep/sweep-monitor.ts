import { differenceFormatter } from '../analysis/settings.ts';
import type { Settings } from '../experiment/experiment.ts';
import { epochsOf } from '../plan/plan.ts';
import type { SweepPlan, TrialPlan } from '../plan/sweep.ts';
import type { Step } from '../progress/progress.ts';
import { type DisplayedRun, SweepDisplay } from '../progress/sweep.ts';
import type { SweepRecord, Trial } from '../run-folder/sweep-record.ts';
import type { JobEnd, JobEvent } from './job.ts';
import { recordEnd, type SchedulerObserver } from './scheduler.ts';

/** The progress of a run that its record does not contain. */
interface RunProgress {
  /** Milliseconds on the clock of `performance.now`. */
  readonly startedAt: number;
  readonly activity: string;
  readonly metric: number | null;
  readonly secondsLeft: number | null;
  /** Seconds and epochs at the start of training: a resumed run starts with epochs. */
  readonly training: { readonly since: number; readonly epochs: number } | null;
  /** Seconds of a run that has ended. */
  readonly seconds: number | null;
}

/** Characters of an error in the table; the record has the whole error. */
const MAX_ACTIVITY = 60;

const NO_PROGRESS = {
  startedAt: 0,
  activity: '',
  metric: null,
  secondsLeft: null,
  training: null,
  seconds: null,
} as const;

/** Records and displays the runs of a sweep. */
export class SweepMonitor implements SchedulerObserver {
  readonly #record: SweepRecord;
  readonly #sweep: SweepPlan;
  readonly #step: Step;
  readonly #display: SweepDisplay;
  readonly #formatSettings: (settings: Settings) => string;
  readonly #progress = new Map<number, RunProgress>();
  readonly #notices = new Set<string>();

  constructor(
    record: SweepRecord,
    sweep: SweepPlan,
    { step, slots }: { readonly step: Step; readonly slots: number },
  ) {
    this.#record = record;
    this.#sweep = sweep;
    this.#step = step;
    this.#formatSettings = differenceFormatter(sweep.trials.map(({ settings }) => settings));
    this.#display = new SweepDisplay(step, { metric: sweep.metric.name, slots });
  }

  async started(run: number): Promise<void> {
    await this.#record.started(this.#trial(run).plan.id);
    this.#progress.set(run, { ...NO_PROGRESS, startedAt: performance.now() });
    this.#show(run);
  }

  progressed(run: number, event: JobEvent): void {
    const before = this.#progress.get(run);
    if (!before) return;
    if (event.kind === 'notice') {
      this.#notify(event.line);
      return;
    }
    this.#progress.set(run, { ...before, ...this.#after(run, before, event) });
    this.#show();
  }

  retried(run: number, reason: string): void {
    if (this.#step.screen) this.#update(run, { activity: 'retrying' });
    else this.#step.note(`run ${run}: ${reason.split('\n')[0]}`);
  }

  async ended(run: number, end: JobEnd, batchHalved: number): Promise<void> {
    const startedAt = this.#progress.get(run)?.startedAt ?? performance.now();
    const seconds = (performance.now() - startedAt) / 1000;
    await recordEnd(this.#record, this.#trial(run).plan.id, end, batchHalved);
    this.#update(run, { seconds, secondsLeft: null });
    if (end.kind === 'done') {
      const metric = end.metrics[this.#sweep.metric.name] ?? null;
      this.#update(run, { metric, activity: end.reused ? 'reused' : (end.stopped ?? '') });
    }
    this.#show(run);
  }

  #trial(run: number): TrialPlan {
    return this.#sweep.trials[run - 1] as TrialPlan;
  }

  #update(run: number, change: Partial<RunProgress>): void {
    this.#progress.set(run, { ...NO_PROGRESS, ...this.#progress.get(run), ...change });
  }

  /** Shows a notice once, though each run of the sweep may send it. */
  #notify(line: string): void {
    if (this.#notices.has(line)) return;
    this.#notices.add(line);
    this.#step.note(line);
  }

  #after(
    run: number,
    { training }: RunProgress,
    event: Exclude<JobEvent, { kind: 'notice' }>,
  ): Partial<RunProgress> {
    switch (event.kind) {
      case 'step':
        return { activity: event.title };
      case 'features':
        return { activity: `${event.phase}: features ${event.done}/${event.images}` };
      case 'epoch':
        return { metric: event.metrics[this.#sweep.metric.name] ?? null };
      case 'training': {
        const { phase, phaseEpoch, phaseEpochs, epochs } = event;
        const now = performance.now() / 1000;
        const start = training ?? { since: now, epochs };
        const rate = (epochs - start.epochs) / (now - start.since);
        const secondsLeft = rate > 0 ? (epochsOf(this.#trial(run).plan) - epochs) / rate : null;
        const activity = `${phase} ${phaseEpoch}/${phaseEpochs}`;
        return { activity, training: start, secondsLeft };
      }
    }
  }

  #show(changed?: number): void {
    const all = this.#record.trials.map((each) => this.#displayed(each));
    this.#display.show(all, changed === undefined ? undefined : all[changed - 1]);
  }

  #displayed({ run, settings, state, metrics, error }: Trial): DisplayedRun {
    const progress = this.#progress.get(run);
    const activity = (error ?? progress?.activity ?? '').split('\n')[0] ?? '';
    return {
      run,
      settings: this.#formatSettings(settings),
      state,
      activity: activity.slice(0, MAX_ACTIVITY),
      metric: metrics?.[this.#sweep.metric.name] ?? progress?.metric ?? null,
      seconds: progress
        ? (progress.seconds ?? (performance.now() - progress.startedAt) / 1000)
        : null,
      isWhole: progress?.training ? progress.training.epochs < 1 : false,
      secondsLeft: progress?.secondsLeft ?? null,
    };
  }
}
