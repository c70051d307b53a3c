import { alignColumns, formatDuration } from '../common/format.ts';
import { formatMetric } from '../experiment/metrics.ts';
import type { Step } from './progress.ts';

/** A run of a sweep in the display. */
export interface DisplayedRun {
  /** Its number, from 1. */
  readonly run: number;
  /** `dropout=0.25, seed=42` */
  readonly settings: string;
  readonly state: string;
  /** `fine-tune 3/12`, or the step before training. */
  readonly activity: string;
  /** The metric of the sweep; `null` until it is known. */
  readonly metric: number | null;
  /** Seconds so far, or in total; `null` if it has not started. */
  readonly seconds: number | null;
  /** True if the seconds cover all its epochs, false if it resumed an earlier process. */
  readonly isWhole: boolean;
  /** Estimated seconds left; `null` if unknown. */
  readonly secondsLeft: number | null;
}

const END_STATES = ['finished', 'stopped', 'failed', 'interrupted'];
/** The order in which the table prefers runs if it cannot show all. */
const STATES_BY_IMPORTANCE = ['running', 'failed', 'interrupted', 'stopped', 'finished', 'waiting'];
/** Rows of the terminal that are not runs. */
const OTHER_ROWS = 8;
/** Columns before a row, which reduce its width. */
const INDENT = 6;

/** Displays a running sweep: on a terminal as a table, elsewhere as a line for each change of a run. */
export class SweepDisplay {
  readonly #step: Step;
  readonly #metric: string;
  readonly #rows: number;
  readonly #width: number;
  readonly #slots: number;

  constructor(step: Step, { metric, slots }: { readonly metric: string; readonly slots: number }) {
    this.#step = step;
    this.#metric = metric;
    this.#slots = slots;
    this.#rows = Math.max(4, (process.stdout.rows ?? 24) - OTHER_ROWS);
    this.#width = (process.stdout.columns ?? Number.POSITIVE_INFINITY) - INDENT;
  }

  /** @param changed the run that has started or ended; none if runs have only progressed. */
  show(runs: readonly DisplayedRun[], changed?: DisplayedRun): void {
    if (this.#step.live) {
      this.#step.report([...this.#table(runs), '', summarize(runs, this.#slots)].join('\n'));
      return;
    }
    if (changed) this.#step.note(this.#line(changed, runs.length));
    else this.#step.report([summarize(runs, this.#slots), ...activities(runs)].join('; '));
  }

  #line({ run, settings, state, metric, seconds }: DisplayedRun, count: number): string {
    const hasEnded = END_STATES.includes(state);
    return [
      `run ${run} of ${count}`,
      settings,
      state,
      hasEnded && metric !== null ? `${this.#metric} ${formatMetric(this.#metric, metric)}` : '',
      hasEnded && seconds !== null ? formatDuration(seconds) : '',
    ]
      .filter(Boolean)
      .join('  ');
  }

  #table(runs: readonly DisplayedRun[]): string[] {
    const rows = chooseRows(runs, this.#rows).map((run) => [
      String(run.run),
      run.settings,
      run.state,
      run.metric === null ? '' : formatMetric(this.#metric, run.metric),
      run.seconds === null ? '' : formatDuration(run.seconds),
      run.secondsLeft === null ? '' : formatDuration(run.secondsLeft),
      run.activity,
    ]);
    // A row that wraps would break the table.
    return alignColumns(
      [['run', 'settings', 'state', this.#metric, 'time', 'left', 'activity'], ...rows],
      ['right', 'left', 'left', 'right', 'right', 'right', 'left'],
    ).map((row) => (row.length > this.#width ? `${row.slice(0, this.#width - 1)}…` : row));
  }
}

/** The most important runs, in their order: of those that wait the first, of the others the latest. */
function chooseRows(runs: readonly DisplayedRun[], count: number): DisplayedRun[] {
  const rank = ({ state }: DisplayedRun) => STATES_BY_IMPORTANCE.indexOf(state);
  const sorted = runs.toSorted(
    (a, b) => rank(a) - rank(b) || (a.state === 'waiting' ? a.run - b.run : b.run - a.run),
  );
  return sorted.slice(0, count).sort((a, b) => a.run - b.run);
}

/** `run 6: head 2/12` */
function activities(runs: readonly DisplayedRun[]): string[] {
  return runs
    .filter(({ state, activity }) => state === 'running' && activity !== '')
    .map(({ run, activity }) => `run ${run}: ${activity}`);
}

/** `18 runs: 5 finished, 2 running, 11 waiting; 2:03 left` */
function summarize(runs: readonly DisplayedRun[], slots: number): string {
  const states = [...new Set(runs.map(({ state }) => state))];
  const counts = states.map(
    (state) => `${runs.filter((run) => run.state === state).length} ${state}`,
  );
  const left = estimateSecondsLeft(runs, slots);
  return `${runs.length} runs: ${counts.join(', ')}${left === null ? '' : `; ${formatDuration(left)} left`}`;
}

/** Estimates that a waiting run takes as long as the mean of finished runs; `null` before the first has finished. */
function estimateSecondsLeft(runs: readonly DisplayedRun[], slots: number): number | null {
  const waiting = runs.filter(({ state }) => state === 'waiting');
  const running = runs.filter(({ state }) => state === 'running');
  const finished = runs.filter(({ state, isWhole }) => state === 'finished' && isWhole);
  if (finished.length === 0 || waiting.length + running.length === 0) return null;
  const mean = finished.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0) / finished.length;
  const left = running.map(
    ({ secondsLeft, seconds }) => secondsLeft ?? Math.max(0, mean - (seconds ?? 0)),
  );
  const total = left.reduce((sum, seconds) => sum + seconds, mean * waiting.length);
  return total / Math.min(slots, waiting.length + running.length);
}
