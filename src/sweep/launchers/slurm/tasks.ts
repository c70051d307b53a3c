import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeAtomic } from '../../../common/files.ts';
import { timeStamp } from '../../../run-folder/run-folder.ts';
import type { CommonJob } from '../../job.ts';
import type { Work } from '../launcher.ts';
import { sbatch } from './commands.ts';
import { batchScript } from './script.ts';

/** In a sweep's folder: scripts, what their tasks do, and logs. */
const FOLDER = 'slurm';

/** What the tasks of a job array are to do, as their nodes read it. */
export interface Tasks {
  /** The sweep's. */
  readonly folder: string;
  readonly common: CommonJob;
  readonly retries: number;
  /** The first run that fails ends the others. */
  readonly failFast: boolean;
  /** How often the time of a task may be over before the run is. */
  readonly maxTimeouts: number;
  /** The experiment's file as written. */
  readonly text: string;
  /** By the number of its run: the experiment with every default filled in. */
  readonly experiments: Readonly<Record<string, string>>;
}

export async function readTasks(file: string): Promise<Tasks> {
  return JSON.parse(await readFile(file, 'utf8')) as Tasks;
}

/**
 * Hands in the runs that are left as a job array; its script stays in the sweep's folder.
 * @throws InputError where there is no Slurm, RunError when it does not take them.
 */
export async function submit(work: Work): Promise<string> {
  const { sweep, record, entries, common, config, options } = work;
  const folder = resolve(record.folder);
  const logs = join(folder, FOLDER);
  const path = join(logs, timeStamp(new Date()));
  const tasks: Tasks = {
    folder,
    common: { ...common, runs: resolve(common.runs) },
    retries: work.retries,
    failFast: options.failFast,
    maxTimeouts: config.max_num_timeout,
    text: entries[0]?.loaded.text ?? '',
    experiments: Object.fromEntries(entries.map(({ run, loaded }) => [run, loaded.resolvedYaml()])),
  };
  const program = [process.execPath, ...process.execArgv, process.argv[1] as string];
  const runs = entries.map(({ run }) => run);
  const command = [...program, 'task', `${path}.json`];
  await mkdir(logs, { recursive: true });
  await writeAtomic(`${path}.json`, JSON.stringify(tasks));
  await writeAtomic(`${path}.sh`, batchScript({ name: sweep.name, runs, logs, command }, config));
  return sbatch(`${path}.sh`);
}

/** Where a task's words are, `1234_7`. */
export function logOf(sweepFolder: string, task: string): string {
  return join(sweepFolder, FOLDER, `${task}.log`);
}
