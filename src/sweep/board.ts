import { briefly } from '../analysis/settings.ts';
import { epochsOf, type PlannedCell, type PlannedSweep } from '../plan/sweep.ts';
import type { Settings } from '../plan/trials.ts';
import type { Step } from '../progress/progress.ts';
import { type ShownRun, SweepDisplay } from '../progress/sweep.ts';
import type { SweepRecord, SweepRun } from '../run-folder/sweep-record.ts';
import type { JobEnd, JobEvent } from './job.ts';
import { recordEnd } from './record-end.ts';
import type { Watcher } from './schedule.ts';

/** What is known of a run beside its record. */
interface Going {
  readonly begun: number;
  readonly at: string;
  readonly metric: number | null;
  readonly left: number | null;
  /** When its training began, and the epochs that it had then: those of a run that goes on count not. */
  readonly training: { readonly since: number; readonly epochs: number } | null;
  /** How long it took. */
  readonly seconds: number | null;
}

/** Letters of an error that a table shows; the record has all of it. */
const AT_MOST = 60;

const NEW = { at: '', metric: null, left: null, training: null, seconds: null } as const;

/** Records and shows what becomes of a sweep's runs. */
export class SweepBoard implements Watcher {
  readonly #record: SweepRecord;
  readonly #sweep: PlannedSweep;
  readonly #step: Step;
  readonly #display: SweepDisplay;
  readonly #briefly: (settings: Settings) => string;
  readonly #going = new Map<number, Going>();

  constructor(
    record: SweepRecord,
    sweep: PlannedSweep,
    { step, slots }: { readonly step: Step; readonly slots: number },
  ) {
    this.#record = record;
    this.#sweep = sweep;
    this.#step = step;
    this.#briefly = briefly(sweep.cells.map(({ settings }) => settings));
    this.#display = new SweepDisplay(step, { metric: sweep.metric.name, slots });
  }

  async began(run: number): Promise<void> {
    await this.#record.began(this.#id(run));
    this.#going.set(run, { ...NEW, begun: performance.now() });
    this.#show(run);
  }

  event(run: number, event: JobEvent): void {
    const going = this.#going.get(run);
    if (!going) return;
    this.#going.set(run, { ...going, ...this.#after(run, going, event) });
    this.#show();
  }

  again(run: number, why: string): void {
    if (this.#step.live) this.#change(run, { at: 'again' });
    else this.#step.note(`run ${run}: ${why.split('\n')[0]}`);
  }

  async ended(run: number, end: JobEnd, batchHalved: number): Promise<void> {
    const begun = this.#going.get(run)?.begun ?? performance.now();
    const seconds = (performance.now() - begun) / 1000;
    const done = { seconds, left: null };
    await recordEnd(this.#record, this.#id(run), end, batchHalved);
    if (end.kind === 'done') {
      const metric = end.metrics[this.#sweep.metric.name] ?? null;
      this.#change(run, { ...done, metric, at: end.reused ? 'was there' : (end.stopped ?? '') });
    } else this.#change(run, done);
    this.#show(run);
  }

  #id(run: number): string {
    return (this.#sweep.cells[run - 1] as PlannedCell).plan.id;
  }

  #change(run: number, change: Partial<Going>): void {
    this.#going.set(run, { ...NEW, begun: 0, ...this.#going.get(run), ...change });
  }

  #after(run: number, { training }: Going, event: JobEvent): Partial<Going> {
    if (event.kind === 'step') return { at: event.title };
    if (event.kind === 'features') {
      return { at: `${event.phase}: features ${event.done}/${event.images}` };
    }
    if (event.kind === 'epoch') {
      return { metric: event.metrics[this.#sweep.metric.name] ?? null };
    }
    const { phase, phaseEpoch, phaseEpochs, epochs } = event;
    const now = performance.now() / 1000;
    const since = training ?? { since: now, epochs };
    const all = epochsOf((this.#sweep.cells[run - 1] as PlannedCell).plan);
    const rate = (epochs - since.epochs) / (now - since.since);
    const left = rate > 0 ? (all - epochs) / rate : null;
    return { at: `${phase} ${phaseEpoch}/${phaseEpochs}`, training: since, left };
  }

  #show(run?: number): void {
    const all = this.#record.runs.map((each) => this.#shown(each));
    this.#display.show(all, run === undefined ? undefined : all[run - 1]);
  }

  #shown({ run, settings, state, metrics, error }: SweepRun): ShownRun {
    const going = this.#going.get(run);
    const { name } = this.#sweep.metric;
    return {
      run,
      settings: this.#briefly(settings),
      state,
      at: (error ?? going?.at ?? '').split('\n')[0]?.slice(0, AT_MOST) ?? '',
      metric: metrics?.[name] ?? going?.metric ?? null,
      seconds: going ? (going.seconds ?? (performance.now() - going.begun) / 1000) : null,
      isWhole: going?.training ? going.training.epochs < 1 : false,
      left: going?.left ?? null,
    };
  }
}
