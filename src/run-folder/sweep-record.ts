import { join, resolve } from 'node:path';
import { toCsv } from '../common/csv.ts';
import { RunError } from '../common/errors.ts';
import { portablePath, statOrNull, writeAtomic } from '../common/files.ts';
import { withLock } from '../common/lock.ts';
import type { Settings } from '../experiment/experiment.ts';
import type { SweepPlan } from '../plan/sweep.ts';
import type { RunResult } from './finished-run.ts';
import { JsonFile } from './run-file.ts';
import { prepareExperimentFolder } from './run-folder.ts';
import { readStatus } from './status.ts';

/** One trial of a sweep in sweep.json. */
export interface Trial {
  /** The number of the trial, from 1. */
  readonly run: number;
  /** The id of its run. */
  readonly id: string;
  readonly settings: Settings;
  /** The number of the trial among those of its cell, from 1. */
  readonly replicate: number;
  /** A stopped trial fell behind the others. */
  readonly state: 'waiting' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';
  /** Path of its run's folder, relative to that of sweep.json. */
  readonly folder: string | null;
  /** The message of the error that a failed trial ended with. */
  readonly error: string | null;
  /** The reason for which it was stopped. */
  readonly stopped: string | null;
  /** The number of times that its batches were halved because memory ran out. */
  readonly batchHalved: number;
  readonly metrics: RunResult['metrics'] | null;
  /** Its task on a cluster; `null` if this machine trains it, or nothing does yet. */
  readonly task: Task | null;
}

/** A trial's task on a cluster. */
export interface Task {
  /** In the cluster's notation: `1234_7`. */
  readonly id: string;
  /** The number of times that its time limit was reached before the trial ended. */
  readonly timeouts: number;
}

/** The content of sweep.json. */
export type SweepFile = Pick<SweepPlan, 'name' | 'metric' | 'asha'> & {
  readonly runs: readonly Trial[];
};

const SWEEP = new JsonFile<SweepFile>('sweep.json', { version: 1, keys: ['metric', 'runs'] });

/** Everything but runs in the folder of a sweep. */
export const SWEEP_FILES: readonly string[] = [
  SWEEP.name,
  'summary.csv',
  'cells.csv',
  'effects.png',
  'heatmap.png',
  'parallel.png',
  'slurm',
];

/**
 * Reads the sweep.json in a folder; `null` if there is none. A trial whose run was deleted waits again.
 * @throws UnreadableFileError
 */
export async function readSweep(folder: string): Promise<SweepFile | null> {
  const file = await SWEEP.read(folder);
  if (file === null) return null;
  return {
    ...file,
    runs: file.runs.map((trial) => (isDeleted(trial, folder) ? reset(trial) : trial)),
  };
}

function isDeleted(trial: Trial, sweepFolder: string): boolean {
  return trial.folder !== null && statOrNull(join(sweepFolder, trial.folder)) === null;
}

function reset({ run, id, settings, replicate }: Trial): Trial {
  return { ...WAITING, run, id, settings, replicate };
}

/** Returns whether a file of this name makes its folder that of a sweep. */
export function isSweepFile(name: string): boolean {
  return name === SWEEP.name;
}

/** Reads the settings that the sweep in a folder gives to a run; empty if there is no sweep, or none with this run. */
export async function sweptSettings(folder: string, id: string): Promise<Settings> {
  const { runs = [] } = (await readSweep(folder)) ?? {};
  return runs.find((trial) => trial.id === id)?.settings ?? {};
}

/**
 * Writes sweep.json and summary.csv in `<runs>/<name>/` whenever a trial starts or ends: in the one process that runs
 * all trials, or in each task of a cluster for its own trial.
 */
export class SweepRecord {
  readonly folder: string;
  #file: SweepFile;
  /** Updates run one after another, so that the latest request is written last. */
  #written: Promise<void> = Promise.resolve();

  private constructor(folder: string, file: SweepFile) {
    this.folder = folder;
    this.#file = file;
  }

  /**
   * Opens the record of a sweep.
   * @param runs folder that contains all runs.
   * @param keep keeps the trials that an earlier sweep.json has as ended or as tasks of a cluster.
   */
  static async open(runs: string, sweep: SweepPlan, keep: boolean): Promise<SweepRecord> {
    const { name, metric, asha } = sweep;
    const folder = await prepareExperimentFolder(runs, name);
    const record = new SweepRecord(folder, { name, metric, asha, runs: [] });
    await record.#update(async (earlier) => {
      const known = new Map(keep ? earlier.map((trial) => [trial.id, trial]) : []);
      const opened = sweep.trials.map(async ({ settings, replicate, plan }, i) => {
        const own = { run: i + 1, id: plan.id, settings, replicate };
        const former = known.get(plan.id);
        const isKept = former && (isWithCluster(former) || (await hasEnded(folder, former, sweep)));
        return { ...WAITING, ...(isKept && former), ...own };
      });
      return Promise.all(opened);
    });
    return record;
  }

  /** Opens the record of a sweep that another process has created. @throws RunError if it is gone. */
  static async join(folder: string): Promise<SweepRecord> {
    const file = await readSweep(folder);
    if (file) return new SweepRecord(folder, file);
    throw new RunError(`there is no sweep in ${folder} any more: it has no ${SWEEP.name}`);
  }

  /** Records that runs of a sweep were deleted. @returns false if none was. */
  static async forgetDeleted(folder: string): Promise<boolean> {
    const { runs = [] } = (await SWEEP.read(folder)) ?? {};
    if (!runs.some((trial) => isDeleted(trial, folder))) return false;
    const record = await SweepRecord.join(folder);
    await record.#update((trials) => trials);
    return true;
  }

  get trials(): readonly Trial[] {
    return this.#file.runs;
  }

  /** Reads the changes of other processes. */
  async refresh(): Promise<void> {
    this.#file = (await readSweep(this.folder)) ?? this.#file;
  }

  /** @param tasks the cluster's task of each trial, keyed by the trial's id. */
  async submitted(tasks: ReadonlyMap<string, string>): Promise<void> {
    await this.#update((trials) =>
      trials.map((trial) => {
        const id = tasks.get(trial.id);
        // The task may have started by now, and recorded that.
        if (id === undefined || trial.task?.id === id) return trial;
        return { ...reset(trial), task: { id, timeouts: 0 } };
      }),
    );
  }

  async started(id: string, task: Task | null = null): Promise<void> {
    await this.#change(id, { ...WAITING, state: 'running', task });
  }

  /** @param batchHalved the number of times that its batches were halved. */
  async ended(id: string, result: RunResult, batchHalved: number): Promise<void> {
    const { folder, metrics, stopped } = result;
    const state = stopped === null ? 'finished' : 'stopped';
    const path = portablePath(resolve(this.folder), resolve(folder));
    await this.#change(id, { state, folder: path, metrics, stopped, batchHalved });
  }

  async failed(id: string, error: string): Promise<void> {
    await this.#change(id, { state: 'failed', error });
  }

  async interrupted(id: string): Promise<void> {
    await this.#change(id, { state: 'interrupted' });
  }

  /** Records that a trial was interrupted and its task will not resume it. */
  async abandoned(id: string): Promise<void> {
    await this.#change(id, { state: 'interrupted', task: null });
  }

  /** Records that a trial was interrupted and its task will resume it. */
  async requeued(id: string, task: Task): Promise<void> {
    await this.#change(id, { state: 'waiting', task });
  }

  async #change(id: string, change: Partial<Trial>): Promise<void> {
    await this.#update((trials) =>
      trials.map((trial) => (trial.id === id ? { ...trial, ...change } : trial)),
    );
  }

  /** Applies a change to the current file, which another process may have written. */
  #update(change: (trials: readonly Trial[]) => SweepFile['runs'] | Promise<SweepFile['runs']>) {
    const wait = { onWait: () => {}, signal: new AbortController().signal };
    this.#written = this.#written.then(() =>
      withLock(SWEEP.path(this.folder), wait, async () => {
        const { runs } = (await readSweep(this.folder)) ?? this.#file;
        this.#file = { ...this.#file, runs: await change(runs) };
        await SWEEP.write(this.folder, this.#file);
        await writeAtomic(join(this.folder, 'summary.csv'), summaryCsv(this.trials));
      }),
    );
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
  task: null,
} as const;

/** Returns whether a cluster may still train it. */
function isWithCluster({ state, task }: Trial): boolean {
  return Boolean(task) && ['waiting', 'running', 'interrupted'].includes(state);
}

/** Returns whether a trial need not run again. A stopped one must, in a sweep that stops none. */
async function hasEnded(
  sweepFolder: string,
  { state, folder }: Trial,
  { asha }: SweepPlan,
): Promise<boolean> {
  if (folder === null || !(state === 'finished' || (state === 'stopped' && asha))) return false;
  return (await readStatus(join(sweepFolder, folder)))?.state === state;
}

/** A row for each trial that has ended well: its settings and its final metrics. */
function summaryCsv(trials: readonly Trial[]): string {
  const settings = keysOf(trials.map((trial) => trial.settings));
  const metrics = keysOf(trials.map((trial) => trial.metrics ?? {}));
  const rows = trials
    .filter((trial) => trial.metrics !== null)
    .map((trial) => [
      trial.run,
      trial.replicate,
      trial.state,
      trial.folder,
      trial.batchHalved,
      ...settings.map((name) => trial.settings[name]),
      ...metrics.map((name) => trial.metrics?.[name]),
    ]);
  const header = ['run', 'replicate', 'state', 'folder', 'batch_halved', ...settings, ...metrics];
  return toCsv([header, ...rows]);
}

function keysOf(maps: readonly object[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map)))];
}
