import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Settings } from '../plan/cells.ts';
import type { PlannedSweep } from '../plan/sweep.ts';
import { writeAtomic } from '../storage/write-atomic.ts';
import type { RunRecord } from './recorder.ts';

/** One run of a sweep, as sweep.json tells of it. */
export interface SweepRun {
  /** From 1. */
  readonly run: number;
  readonly id: string;
  readonly settings: Settings;
  readonly state: 'waiting' | 'finished' | 'failed';
  /** Path of its folder from that of sweep.json. */
  readonly folder: string | null;
  readonly error: string | null;
  readonly metrics: RunRecord['metrics'] | null;
}

/** sweep.json and summary.csv of a sweep in `<runs>/<name>/`, written anew whenever a run ends. */
export class SweepRecord {
  readonly folder: string;
  readonly #sweep: PlannedSweep;
  #runs: readonly SweepRun[];

  private constructor(folder: string, sweep: PlannedSweep) {
    this.folder = folder;
    this.#sweep = sweep;
    this.#runs = sweep.cells.map(({ settings, plan }, i) => {
      const none = { state: 'waiting', folder: null, error: null, metrics: null } as const;
      return { run: i + 1, id: plan.id, settings, ...none };
    });
  }

  /** @param runs folder that holds all runs. */
  static async open(runs: string, sweep: PlannedSweep): Promise<SweepRecord> {
    const folder = join(runs, sweep.name);
    await mkdir(folder, { recursive: true });
    const record = new SweepRecord(folder, sweep);
    await record.#write();
    return record;
  }

  get runs(): readonly SweepRun[] {
    return this.#runs;
  }

  async finished(run: number, { folder, metrics }: RunRecord): Promise<void> {
    await this.#change(run, { state: 'finished', folder: relative(this.folder, folder), metrics });
  }

  async failed(run: number, error: string): Promise<void> {
    await this.#change(run, { state: 'failed', error });
  }

  async #change(run: number, change: Partial<SweepRun>): Promise<void> {
    this.#runs = this.#runs.map((each) => (each.run === run ? { ...each, ...change } : each));
    await this.#write();
  }

  async #write(): Promise<void> {
    const { name, metric } = this.#sweep;
    const sweep = { name, metric, runs: this.#runs };
    const text = `${JSON.stringify(sweep, null, 2)}\n`;
    await writeAtomic(join(this.folder, 'sweep.json'), text);
    await writeAtomic(join(this.folder, 'summary.csv'), summaryCsv(this.#runs));
  }
}

/** One row for each finished run: its settings, and what its model gives. */
function summaryCsv(runs: readonly SweepRun[]): string {
  const settings = keysOf(runs.map((run) => run.settings));
  const metrics = keysOf(runs.map((run) => run.metrics ?? {}));
  const rows = runs
    .filter(({ state }) => state === 'finished')
    .map((run) => [
      run.run,
      run.folder,
      ...settings.map((name) => run.settings[name]),
      ...metrics.map((name) => run.metrics?.[name]),
    ]);
  return stringify([['run', 'folder', ...settings, ...metrics], ...rows]);
}

function keysOf(maps: readonly object[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map)))];
}
