import { briefly } from '../../../analysis/settings.ts';
import { epochsOf } from '../../../plan/sweep.ts';
import type { Settings } from '../../../plan/trials.ts';
import type { Step } from '../../../progress/progress.ts';
import { type ShownRun, SweepDisplay } from '../../../progress/sweep.ts';
import type { SweepRun } from '../../../run-folder/sweep-record.ts';
import { listedRun } from '../../../runs/listed.ts';
import { type RunPlace, runPlaces } from '../../../runs/places.ts';
import type { Work } from '../launcher.ts';

const NOTHING = { epochs: 0, seconds: 0, metrics: {} as Readonly<Record<string, number>> };

/** The table of runs that other processes do, from what these have written. */
export class TaskTable {
  readonly #work: Work;
  readonly #display: SweepDisplay;
  readonly #briefly: (settings: Settings) => string;
  /** Of each run of the sweep. */
  readonly #epochs: ReadonlyMap<string, number>;
  /** As it was shown the last time. */
  readonly #shown = new Map<string, ShownRun>();

  constructor(work: Work, step: Step) {
    const { sweep, entries, config } = work;
    const slots = config.array_parallelism ?? entries.length;
    this.#work = work;
    this.#briefly = briefly(sweep.cells.map(({ settings }) => settings));
    this.#display = new SweepDisplay(step, { metric: sweep.metric.name, slots });
    this.#epochs = new Map(sweep.cells.map(({ plan }) => [plan.id, epochsOf(plan)]));
  }

  async show(): Promise<void> {
    const { record, options } = this.#work;
    const places = await runPlaces(options.runs);
    // Someone may have given the sweep other values in the meantime.
    const runs = record.runs.filter(({ id }) => this.#epochs.has(id));
    const isFirst = this.#shown.size === 0;
    const changed: ShownRun[] = [];
    for (const run of runs) {
      const before = this.#shown.get(run.id);
      // What has ended need not be read again and again.
      if (before?.state === run.state && run.state !== 'running') continue;
      const now = await this.#read(run, places);
      this.#shown.set(run.id, now);
      if (before?.state !== run.state) changed.push(now);
    }
    const all = runs.flatMap(({ id }) => this.#shown.get(id) ?? []);
    if (isFirst || changed.length === 0) this.#display.show(all);
    else for (const run of changed) this.#display.show(all, run);
  }

  async #read(run: SweepRun, places: readonly RunPlace[]): Promise<ShownRun> {
    const { state, error, task } = run;
    const place = state === 'waiting' ? undefined : places.findLast(({ id }) => id === run.id);
    const { epochs, seconds, metrics } = place ? await listedRun(place) : NOTHING;
    const all = this.#epochs.get(run.id) ?? 0;
    return {
      run: run.run,
      settings: this.#briefly(run.settings),
      state,
      at: error?.split('\n')[0] ?? (epochs > 0 ? `epoch ${epochs}/${all}` : (task?.id ?? '')),
      metric: metrics[this.#work.sweep.metric.name] ?? null,
      seconds: place ? seconds : null,
      isWhole: true,
      left: epochs > 0 ? (seconds / epochs) * (all - epochs) : null,
    };
  }
}
