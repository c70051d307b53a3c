import { differenceFormatter } from '../../analysis/settings.ts';
import type { Settings } from '../../experiment/experiment.ts';
import { epochsOf } from '../../plan/plan.ts';
import type { Step } from '../../progress/progress.ts';
import { type DisplayedRun, SweepDisplay } from '../../progress/sweep.ts';
import type { RunPlace } from '../../run-folder/run-folder.ts';
import type { Trial } from '../../run-folder/sweep-record.ts';
import { readListedRun } from '../../runs/listed.ts';
import { listRuns } from '../../runs/places.ts';
import type { LaunchRequest } from '../launcher.ts';

const NOT_STARTED = {
  epochs: 0,
  seconds: 0,
  metrics: {} as Readonly<Record<string, number>>,
};

/** The table of runs of other processes, made from the files that these have written. */
export class TaskTable {
  readonly #request: LaunchRequest;
  readonly #display: SweepDisplay;
  readonly #formatSettings: (settings: Settings) => string;
  /** The epochs of each run of the sweep. */
  readonly #epochs: ReadonlyMap<string, number>;
  /** The runs as last displayed. */
  readonly #displayed = new Map<string, DisplayedRun>();

  constructor(request: LaunchRequest, step: Step) {
    const { sweep, entries, config } = request;
    const slots = config.array_parallelism ?? entries.length;
    this.#request = request;
    this.#formatSettings = differenceFormatter(sweep.trials.map(({ settings }) => settings));
    this.#display = new SweepDisplay(step, { metric: sweep.metric.name, slots });
    this.#epochs = new Map(sweep.trials.map(({ plan }) => [plan.id, epochsOf(plan)]));
  }

  async show(): Promise<void> {
    const { record, options } = this.#request;
    const places = await listRuns(options.runs);
    // Another process may have started the sweep again with other values.
    const runs = record.trials.filter(({ id }) => this.#epochs.has(id));
    const isFirst = this.#displayed.size === 0;
    const changed: DisplayedRun[] = [];
    for (const run of runs) {
      const before = this.#displayed.get(run.id);
      // A run that has ended need not be read again.
      if (before?.state === run.state && run.state !== 'running') continue;
      const now = await this.#read(run, places);
      this.#displayed.set(run.id, now);
      if (before?.state !== run.state) changed.push(now);
    }
    const all = runs.flatMap(({ id }) => this.#displayed.get(id) ?? []);
    if (isFirst || changed.length === 0) this.#display.show(all);
    else for (const run of changed) this.#display.show(all, run);
  }

  async #read(run: Trial, places: readonly RunPlace[]): Promise<DisplayedRun> {
    const { state, error, task } = run;
    const place = state === 'waiting' ? undefined : places.findLast(({ id }) => id === run.id);
    const { epochs, seconds, metrics } = place ? await readListedRun(place) : NOT_STARTED;
    const all = this.#epochs.get(run.id) ?? 0;
    const progress = epochs > 0 ? `epoch ${epochs}/${all}` : (task?.id ?? '');
    return {
      run: run.run,
      settings: this.#formatSettings(run.settings),
      state,
      activity: error?.split('\n')[0] ?? progress,
      metric: metrics[this.#request.sweep.metric.name] ?? null,
      seconds: place ? seconds : null,
      isWhole: true,
      secondsLeft: epochs > 0 ? (seconds / epochs) * (all - epochs) : null,
    };
  }
}
