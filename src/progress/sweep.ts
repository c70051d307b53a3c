import { alignColumns, formatDuration } from '../common/format.ts';
import { formatMetric } from '../experiment/metrics.ts';
import type { Step } from './progress.ts';

/** A run of a sweep as people see it. */
export interface ShownRun {
  /** From 1. */
  readonly run: number;
  /** `dropout=0.25, seed=42` */
  readonly settings: string;
  readonly state: string;
  /** `fine-tune 3/12`, or what is done before training. */
  readonly at: string;
  /** The metric that the sweep is about, as far as it is known. */
  readonly metric: number | null;
  /** Seconds that it took so far, or in all; `null`: it has not begun. */
  readonly seconds: number | null;
  /** Whether those are of all its epochs: it did not go on with what an earlier process had done. */
  readonly isWhole: boolean;
  /** Seconds that it will still take, as far as that can be told. */
  readonly left: number | null;
}

const ENDED = ['finished', 'stopped', 'failed', 'interrupted'];
/** Rows of a table on a terminal that are not about runs, and what else stands there. */
const OTHER_ROWS = 8;
/** Columns that stand before a row, and may not be written to at its end. */
const INDENT = 6;

/** Shows a sweep as it goes on: on a terminal one table, drawn anew; elsewhere a line whenever a run changes. */
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

  /** @param changed the one that begins or ends; left out where one only goes on. */
  show(runs: readonly ShownRun[], changed?: ShownRun): void {
    if (this.#step.live) {
      this.#step.report([...this.#table(runs), '', summary(runs, this.#slots)].join('\n'));
      return;
    }
    if (changed) this.#step.note(this.#line(changed, runs.length));
    else this.#step.report([summary(runs, this.#slots), ...whereabouts(runs)].join('; '));
  }

  #line({ run, settings, state, metric, seconds }: ShownRun, of: number): string {
    return [
      `run ${run} of ${of}`,
      settings,
      state,
      ENDED.includes(state) && metric !== null
        ? `${this.#metric} ${formatMetric(this.#metric, metric)}`
        : '',
      ENDED.includes(state) && seconds !== null ? formatDuration(seconds) : '',
    ]
      .filter(Boolean)
      .join('  ');
  }

  #table(runs: readonly ShownRun[]): string[] {
    const rows = fitting(runs, this.#rows).map((run) => [
      String(run.run),
      run.settings,
      run.state,
      run.metric === null ? '' : formatMetric(this.#metric, run.metric),
      run.seconds === null ? '' : formatDuration(run.seconds),
      run.left === null ? '' : formatDuration(run.left),
      run.at,
    ]);
    // What is too long would take two lines, so that the table is none any more.
    return alignColumns(
      [['run', 'settings', 'state', this.#metric, 'time', 'left', 'at'], ...rows],
      ['right', 'left', 'left', 'right', 'right', 'right', 'left'],
    ).map((row) => (row.length > this.#width ? `${row.slice(0, this.#width - 1)}…` : row));
  }
}

/** Those that go on and those that failed, then the last that ended, then the next; in their order. */
function fitting(runs: readonly ShownRun[], rows: number): ShownRun[] {
  const rank = ({ state }: ShownRun) =>
    ['running', 'failed', 'interrupted', 'stopped', 'finished', 'waiting'].indexOf(state);
  const latest = runs.toSorted(
    (a, b) => rank(a) - rank(b) || (a.state === 'waiting' ? a.run - b.run : b.run - a.run),
  );
  return latest.slice(0, rows).sort((a, b) => a.run - b.run);
}

/** `run 6: head 2/12` */
function whereabouts(runs: readonly ShownRun[]): string[] {
  return runs
    .filter(({ state, at }) => state === 'running' && at !== '')
    .map(({ run, at }) => `run ${run}: ${at}`);
}

/** `18 runs: 5 finished, 2 running, 11 waiting; 2:03 left` */
function summary(runs: readonly ShownRun[], slots: number): string {
  const states = [...new Set(runs.map(({ state }) => state))];
  const counts = states.map(
    (state) => `${runs.filter((run) => run.state === state).length} ${state}`,
  );
  const left = timeLeft(runs, slots);
  return `${runs.length} runs: ${counts.join(', ')}${left === null ? '' : `; ${formatDuration(left)} left`}`;
}

/** Runs that wait are thought to take as long as those that have finished as a whole, `null` before one has. */
function timeLeft(runs: readonly ShownRun[], slots: number): number | null {
  const waiting = runs.filter(({ state }) => state === 'waiting');
  const going = runs.filter(({ state }) => state === 'running');
  const done = runs.filter(({ state, isWhole }) => state === 'finished' && isWhole);
  if (done.length === 0 || waiting.length + going.length === 0) return null;
  const mean = done.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0) / done.length;
  const rest = going.map(({ left, seconds }) => left ?? Math.max(0, mean - (seconds ?? 0)));
  const work = rest.reduce((sum, left) => sum + left, mean * waiting.length);
  return work / Math.min(slots, waiting.length + going.length);
}
