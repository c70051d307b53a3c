import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { RunError } from '../common/errors.ts';
import { writeAtomic } from '../common/files.ts';
import { withLock } from '../common/lock.ts';
import type { Settings } from '../experiment/experiment.ts';
import type { SweepPlan } from '../plan/sweep.ts';
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
  /** On a cluster; `null`: it is done on this machine, or nowhere yet. */
  readonly task: Task | null;
}

/** Its task on a cluster. */
export interface Task {
  /** As the cluster names it: `1234_7`. */
  readonly id: string;
  /** How often its time was over before the run was. */
  readonly timeouts: number;
}

type SweepFile = Pick<SweepPlan, 'name' | 'metric' | 'asha'> & {
  readonly runs: readonly SweepRun[];
};

/**
 * sweep.json and summary.csv of a sweep in `<runs>/<name>/`, changed whenever a run begins or ends: by the one
 * process that has all of them done, or by the tasks of a cluster, each of which tells of its own run.
 */
export class SweepRecord {
  readonly folder: string;
  #file: SweepFile;
  /** One after another: the last one written is the last one that was asked for. */
  #written: Promise<void> = Promise.resolve();

  private constructor(folder: string, file: SweepFile) {
    this.folder = folder;
    this.#file = file;
  }

  /**
   * @param runs folder that holds all runs.
   * @param keep whether runs that an earlier sweep.json knows as done are so, and tasks of a cluster go on.
   */
  static async open(runs: string, sweep: SweepPlan, keep: boolean): Promise<SweepRecord> {
    const { name, metric, asha } = sweep;
    const folder = join(runs, name);
    await RunFolder.prepare({ runs, name });
    const record = new SweepRecord(folder, { name, metric, asha, runs: [] });
    await record.#update(async (before) => {
      const former = new Map(keep ? before.map((run) => [run.id, run]) : []);
      const all = sweep.trials.map(async ({ settings, replicate, plan }, i) => {
        const own = { run: i + 1, id: plan.id, settings, replicate };
        const known = former.get(plan.id);
        const isKept = known && (isInHand(known) || (await isDone(folder, known, sweep)));
        return { ...WAITING, ...(isKept && known), ...own };
      });
      return Promise.all(all);
    });
    return record;
  }

  /** That of a sweep which another process has opened. @throws RunError when there is none any more. */
  static async join(folder: string): Promise<SweepRecord> {
    const file = await readSweep(folder);
    if (file) return new SweepRecord(folder, file);
    throw new RunError(`there is no sweep in ${folder} any more: it has no ${FILE}`);
  }

  get runs(): readonly SweepRun[] {
    return this.#file.runs;
  }

  /** Sees what other processes have told. */
  async look(): Promise<void> {
    this.#file = (await readSweep(this.folder)) ?? this.#file;
  }

  /** @param tasks of each run that a cluster has taken on. */
  async submitted(tasks: ReadonlyMap<string, string>): Promise<void> {
    await this.#update((runs) =>
      runs.map((run) => {
        const id = tasks.get(run.id);
        // It may have begun by now, and told so.
        if (id === undefined || run.task?.id === id) return run;
        return { ...WAITING, ...place(run), task: { id, timeouts: 0 } };
      }),
    );
  }

  async began(id: string, task: Task | null = null): Promise<void> {
    await this.#change(id, { ...WAITING, state: 'running', task });
  }

  /** @param batchHalved how often its batches were halved. */
  async done(id: string, record: RunRecord, batchHalved: number): Promise<void> {
    const { folder, metrics, stopped } = record;
    const state = stopped === null ? 'finished' : 'stopped';
    const own = relative(resolve(this.folder), resolve(folder));
    await this.#change(id, { state, folder: own, metrics, stopped, batchHalved });
  }

  async failed(id: string, error: string): Promise<void> {
    await this.#change(id, { state: 'failed', error });
  }

  async interrupted(id: string): Promise<void> {
    await this.#change(id, { state: 'interrupted' });
  }

  /** It was interrupted, and its task will not go on. */
  async abandoned(id: string): Promise<void> {
    await this.#change(id, { state: 'interrupted', task: null });
  }

  /** It was interrupted, and its task will go on. */
  async waits(id: string, task: Task): Promise<void> {
    await this.#change(id, { state: 'waiting', task });
  }

  async #change(id: string, change: Partial<SweepRun>): Promise<void> {
    await this.#update((runs) => runs.map((run) => (run.id === id ? { ...run, ...change } : run)));
  }

  /** Writes what is there, by whatever process, with a change. */
  #update(change: (runs: readonly SweepRun[]) => SweepFile['runs'] | Promise<SweepFile['runs']>) {
    const path = join(this.folder, FILE);
    const anyway = { onWait: () => {}, signal: new AbortController().signal };
    this.#written = this.#written.then(() =>
      withLock(path, anyway, async () => {
        const { runs } = (await readSweep(this.folder)) ?? this.#file;
        this.#file = { ...this.#file, runs: await change(runs) };
        await writeAtomic(path, `${JSON.stringify(this.#file, null, 2)}\n`);
        await writeAtomic(join(this.folder, 'summary.csv'), summaryCsv(this.runs));
      }),
    );
    return this.#written;
  }
}

const FILE = 'sweep.json';

const WAITING = {
  state: 'waiting',
  folder: null,
  error: null,
  stopped: null,
  batchHalved: 0,
  metrics: null,
  task: null,
} as const;

function place({ run, id, settings, replicate }: SweepRun) {
  return { run, id, settings, replicate };
}

/** What the sweep in a folder sets of a run; nothing where there is none, or not of this run. */
export async function sweptSettings(folder: string, id: string): Promise<Settings> {
  const runs = (await readSweep(folder))?.runs ?? [];
  return runs.find((run) => run.id === id)?.settings ?? {};
}

/** What sweep.json tells; `null` if there is none. */
async function readSweep(folder: string): Promise<SweepFile | null> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as SweepFile);
}

/** Whether a cluster may still do it. */
function isInHand({ state, task }: SweepRun): boolean {
  return Boolean(task) && ['waiting', 'running', 'interrupted'].includes(state);
}

/** Whether it need not be done again; one that was stopped must be where none is stopped any more. */
async function isDone(
  sweepFolder: string,
  { state, folder }: SweepRun,
  { asha }: SweepPlan,
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
