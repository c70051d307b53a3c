import { type Align, alignColumns, formatDuration } from '../common/format.ts';
import { formatMetric } from '../experiment/metrics.ts';
import type { Screen, Step } from './progress.ts';

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
/** Rows that are not runs: the titles, an empty one, the summary. */
const OTHER_ROWS = 3;

/** Displays a running sweep: on a terminal as a table, elsewhere as a line for each change of a run. */
export class SweepDisplay {
  readonly #step: Step;
  readonly #metric: string;
  readonly #slots: number;

  constructor(step: Step, { metric, slots }: { readonly metric: string; readonly slots: number }) {
    this.#step = step;
    this.#metric = metric;
    this.#slots = slots;
  }

  /** @param changed the run that has started or ended; none if runs have only progressed. */
  show(runs: readonly DisplayedRun[], changed?: DisplayedRun): void {
    const screen = this.#step.screen?.();
    if (screen) {
      const lines = [...this.#table(runs, screen), '', summarize(runs, this.#slots)];
      this.#step.report(lines.join('\n'));
    } else if (changed) this.#step.note(this.#line(changed, runs.length));
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

  #table(runs: readonly DisplayedRun[], screen: Screen): string[] {
    const rows = chooseRows(runs, Math.max(4, screen.rows - OTHER_ROWS)).map(
      (run): Row => ({
        run: String(run.run),
        settings: run.settings,
        state: run.state,
        metric: run.metric === null ? '' : formatMetric(this.#metric, run.metric),
        time: run.seconds === null ? '' : formatDuration(run.seconds),
        left: run.secondsLeft === null ? '' : formatDuration(run.secondsLeft),
        activity: run.activity,
      }),
    );
    return fitTable({ ...TITLES, metric: this.#metric }, rows, screen.columns);
  }
}

const TITLES = {
  run: 'run',
  settings: 'settings',
  state: 'state',
  metric: 'metric',
  time: 'time',
  left: 'left',
  activity: 'activity',
};

type Column = keyof typeof TITLES;
type Row = Readonly<Record<Column, string>>;

const ALIGNS: Readonly<Record<Column, Align>> = {
  run: 'right',
  settings: 'left',
  state: 'left',
  metric: 'right',
  time: 'right',
  left: 'right',
  activity: 'left',
};
/** The columns that a narrow terminal does without, the first one first. */
const OPTIONAL: readonly Column[] = ['time', 'left', 'activity'];
/** Columns of the terminal for settings; if there are fewer, an optional column is left out. */
const MIN_SETTINGS = 16;
/** Columns of the terminal for `fine-tune 3/12`, and the beginning of an error. */
const MAX_NARROW_ACTIVITY = 20;
const MAX_NARROW_TITLE = 8;
const GAP = 2;

/** Aligns the rows of a table. They do not wrap, which would break it: on a narrow terminal, it says less. */
function fitTable(titles: Row, rows: readonly Row[], width: number): string[] {
  let columns = Object.keys(TITLES) as Column[];
  let table = [titles, ...rows];
  const widthOf = (column: Column) => Math.max(...table.map((row) => row[column].length));
  const spare = () => columns.reduce((rest, column) => rest - widthOf(column) - GAP, width + GAP);
  if (spare() < 0) {
    const values = rows.map((row) => ({
      ...row,
      // `dropout=0.25, seed=42` becomes `0.25, 42`.
      settings: row.settings.replaceAll(/(^|, )[^=,]+=/g, '$1'),
      activity: shorten(row.activity, MAX_NARROW_ACTIVITY),
    }));
    table = [{ ...titles, metric: shorten(titles.metric, MAX_NARROW_TITLE) }, ...values];
  }
  for (const column of OPTIONAL) {
    const missing = -spare();
    if (widthOf('settings') - missing >= Math.min(MIN_SETTINGS, widthOf('settings'))) break;
    columns = columns.filter((each) => each !== column);
  }
  const settings = Math.max(1, widthOf('settings') + Math.min(0, spare()));
  const cells = table.map((row) => ({ ...row, settings: shorten(row.settings, settings) }));
  return alignColumns(
    cells.map((row) => columns.map((column) => row[column])),
    columns.map((column) => ALIGNS[column]),
  );
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
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
