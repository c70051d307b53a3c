import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Settings } from '../plan/cells.ts';
import type { PlannedSweep } from '../plan/sweep.ts';
import { writeAtomic } from '../storage/write-atomic.ts';
import type { RunRecord } from './recorder.ts';
import { RunFolder } from './run-folder.ts';
import { readStatus } from './status.ts';

/** One run of a sweep, as sweep.json tells of it. */
export interface SweepRun {
  /** From 1. */
  readonly run: number;
  readonly id: string;
  readonly settings: Settings;
  /** Which one it is of the runs that differ in their seed alone, from 1. */
  readonly replicate: number;
  /** One that was stopped fell behind the others. */
  readonly state: 'waiting' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';
  /** Path of its folder from that of sweep.json. */
  readonly folder: string | null;
  /** What made it fail. */
  readonly error: string | null;
  /** Why it was stopped. */
  readonly stopped: string | null;
  /** How often its batches were halved since memory ran out. */
  readonly batchHalved: number;
  readonly metrics: RunRecord['metrics'] | null;
}

/** sweep.json and summary.csv of a sweep in `<runs>/<name>/`, written anew whenever a run begins or ends. */
export class SweepRecord {
  readonly folder: string;
  readonly #sweep: PlannedSweep;
  #runs: readonly SweepRun[];
  /** One after another: the last one written is the last one that was asked for. */
  #written: Promise<void> = Promise.resolve();

  private constructor(folder: string, sweep: PlannedSweep, runs: readonly SweepRun[]) {
    this.folder = folder;
    this.#sweep = sweep;
    this.#runs = runs;
  }

  /**
   * @param runs folder that holds all runs.
   * @param keep whether runs that an earlier sweep.json knows as done are so.
   */
  static async open(runs: string, sweep: PlannedSweep, keep: boolean): Promise<SweepRecord> {
    const folder = join(runs, sweep.name);
    await RunFolder.prepare({ runs, name: sweep.name });
    const former = new Map(keep ? (await readSweep(folder)).map((run) => [run.id, run]) : []);
    const all = sweep.cells.map(async ({ settings, replicate, plan }, i) => {
      const place = { run: i + 1, id: plan.id, settings, replicate };
      const done = former.get(plan.id);
      if (done && (await isDone(folder, done, sweep))) return { ...done, ...place };
      return { ...place, ...WAITING };
    });
    const record = new SweepRecord(folder, sweep, await Promise.all(all));
    await record.#write();
    return record;
  }

  get runs(): readonly SweepRun[] {
    return this.#runs;
  }

  async began(run: number): Promise<void> {
    await this.#change(run, { ...WAITING, state: 'running' });
  }

  /** @param batchHalved how often its batches were halved. */
  async done(run: number, record: RunRecord, batchHalved: number): Promise<void> {
    const { folder, metrics, stopped } = record;
    const state = stopped === null ? 'finished' : 'stopped';
    const own = relative(this.folder, folder);
    await this.#change(run, { state, folder: own, metrics, stopped, batchHalved });
  }

  async failed(run: number, error: string): Promise<void> {
    await this.#change(run, { state: 'failed', error });
  }

  async interrupted(run: number): Promise<void> {
    await this.#change(run, { state: 'interrupted' });
  }

  async #change(run: number, change: Partial<SweepRun>): Promise<void> {
    this.#runs = this.#runs.map((each) => (each.run === run ? { ...each, ...change } : each));
    await this.#write();
  }

  #write(): Promise<void> {
    this.#written = this.#written.then(async () => {
      const { name, metric, asha } = this.#sweep;
      const text = `${JSON.stringify({ name, metric, asha, runs: this.#runs }, null, 2)}\n`;
      await writeAtomic(join(this.folder, 'sweep.json'), text);
      await writeAtomic(join(this.folder, 'summary.csv'), summaryCsv(this.#runs));
    });
    return this.#written;
  }
}

const WAITING = {
  state: 'waiting',
  folder: null,
  error: null,
  stopped: null,
  batchHalved: 0,
  metrics: null,
} as const;

/** The runs that sweep.json tells of; none if there is none. */
async function readSweep(folder: string): Promise<readonly SweepRun[]> {
  const text = await readFile(join(folder, 'sweep.json'), 'utf8').catch(() => null);
  return text === null ? [] : (JSON.parse(text) as { runs: SweepRun[] }).runs;
}

/** Whether it need not be done again; one that was stopped must be where none is stopped any more. */
async function isDone(
  sweepFolder: string,
  { state, folder }: SweepRun,
  { asha }: PlannedSweep,
): Promise<boolean> {
  if (folder === null || !(state === 'finished' || (state === 'stopped' && asha))) return false;
  return (await readStatus(join(sweepFolder, folder)))?.state === state;
}

/** One row for each run that has ended well: its settings, and what its model gives. */
function summaryCsv(runs: readonly SweepRun[]): string {
  const settings = keysOf(runs.map((run) => run.settings));
  const metrics = keysOf(runs.map((run) => run.metrics ?? {}));
  const rows = runs
    .filter(({ metrics: own }) => own !== null)
    .map((run) => [
      run.run,
      run.replicate,
      run.state,
      run.folder,
      run.batchHalved,
      ...settings.map((name) => run.settings[name]),
      ...metrics.map((name) => run.metrics?.[name]),
    ]);
  const head = ['run', 'replicate', 'state', 'folder', 'batch_halved', ...settings, ...metrics];
  return stringify([head, ...rows]);
}

function keysOf(maps: readonly object[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map)))];
}
