import { execa } from 'execa';
import { InputError, RunError } from '../../common/errors.ts';
import type { LauncherConfig } from '../../experiment/experiment.ts';

/** The content of a batch script. */
export interface Script {
  /** Name of the sweep. */
  readonly name: string;
  /** Numbers of the runs, which are those of their tasks. */
  readonly runs: readonly number[];
  /** Folder of the tasks' logs. */
  readonly logs: string;
  /** The command of a task. */
  readonly command: readonly string[];
}

/** The script for sbatch. The program replaces the shell, since Slurm sends its signal to the shell alone. */
export function batchScript({ name, runs, logs, command }: Script, config: LauncherConfig): string {
  const options: Record<string, string | number | boolean | null> = {
    'job-name': name,
    array: arrayOption(runs, config.array_parallelism),
    output: `${logs.replaceAll('%', '%%')}/%A_%a.log`,
    'open-mode': 'append',
    requeue: true,
    signal: `B:USR2@${config.signal_delay_s}`,
    partition: config.partition,
    qos: config.qos,
    account: config.account,
    time: config.time,
    mem: config.mem_gb === null ? null : `${Math.ceil(config.mem_gb * 1024)}M`,
    nodes: 1,
    ntasks: 1,
    'cpus-per-task': config.cpus_per_task,
    'gpus-per-node': config.gpus_per_node,
    ...Object.fromEntries(
      Object.entries(config.additional_parameters).map(([option, value]) => {
        return [option.replaceAll('_', '-'), value];
      }),
    ),
  };
  const lines = Object.entries(options)
    .filter(([, value]) => value !== null && value !== false)
    .map(([option, value]) => `#SBATCH --${option}${value === true ? '' : `=${quote(value)}`}`);
  const run = `exec ${command.map(quote).join(' ')}`;
  return ['#!/bin/bash', ...lines, '', ...config.setup, run, ''].join('\n');
}

/** `1-3,7%4` */
function arrayOption(runs: readonly number[], parallelism: number | null): string {
  const ranges: [number, number][] = [];
  for (const run of runs) {
    const last = ranges.at(-1);
    if (last?.[1] === run - 1) last[1] = run;
    else ranges.push([run, run]);
  }
  const list = ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join();
  return parallelism === null ? list : `${list}%${parallelism}`;
}

/** Quotes a value for sbatch and the shell. */
function quote(value: unknown): string {
  const text = String(value);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Submits a batch script. @returns the id of the job. */
export async function sbatch(script: string): Promise<string> {
  const output = await slurm('sbatch', ['--parsable', script]).catch((error: Error) => {
    if (!error.message.includes('Invalid job array')) throw error;
    const hint =
      'a task has the number of its run, which MaxArraySize limits (scontrol show config)';
    throw new RunError(`${error.message}; ${hint}`, { cause: error });
  });
  // In a federation, the name of the cluster follows.
  return output.trim().split(';')[0] as string;
}

/** The states of all tasks of this user that Slurm knows, also of those that ended a few minutes ago. */
export async function taskStates(): Promise<ReadonlyMap<string, string>> {
  const output = await slurm('squeue', [
    '--me',
    '--noheader',
    '--array',
    '--states=all',
    '--format=%i|%T',
  ]);
  return new Map(output.split('\n').map((line) => line.trim().split('|') as [string, string]));
}

/** Puts a task back into the queue. Slurm kills its processes. */
export async function requeue(task: string): Promise<void> {
  await slurm('scontrol', ['requeue', task]);
}

/** Cancels a job with all its tasks. */
export async function scancel(job: string): Promise<void> {
  await slurm('scancel', [job]);
}

/** @throws InputError if this machine has no Slurm; RunError if the command fails. */
async function slurm(command: string, args: readonly string[]): Promise<string> {
  const result = await execa(command, args, { reject: false });
  if (!result.failed) return result.stdout;
  if (result.code === 'ENOENT') {
    const message = `the launcher slurm needs ${command}, which this machine does not have; run it on a login node of the cluster`;
    throw new InputError(message);
  }
  throw new RunError(`${command} failed: ${stripPrefixes(result.stderr) || result.shortMessage}`);
}

/** Removes the prefixes of messages such as `sbatch: error: Batch job submission failed: …`. */
function stripPrefixes(stderr: string): string {
  return stderr.replaceAll(/^\w+: (error|fatal): /gm, '').replaceAll('\n', '; ');
}
