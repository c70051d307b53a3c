import type { Work } from '../launcher.ts';

export interface Script {
  /** The sweep's. */
  readonly name: string;
  /** Numbers of the runs, which are those of their tasks. */
  readonly runs: readonly number[];
  /** Folder of the tasks' logs. */
  readonly logs: string;
  /** What a task does. */
  readonly command: readonly string[];
}

/** What sbatch is given. The program takes the shell's place, as Slurm sends its signal to that alone. */
export function batchScript({ name, runs, logs, command }: Script, config: Work['config']): string {
  const { array_parallelism: most, setup, additional_parameters: more, mem_gb: memory } = config;
  const options: Record<string, string | number | boolean | null> = {
    'job-name': name,
    array: `${ranges(runs)}${most === null ? '' : `%${most}`}`,
    output: `${logs.replaceAll('%', '%%')}/%A_%a.log`,
    'open-mode': 'append',
    requeue: true,
    signal: `B:USR2@${config.signal_delay_s}`,
    partition: config.partition,
    qos: config.qos,
    account: config.account,
    time: config.time,
    mem: memory === null ? null : `${Math.ceil(memory * 1024)}M`,
    nodes: 1,
    ntasks: 1,
    'cpus-per-task': config.cpus_per_task,
    'gpus-per-node': config.gpus_per_node,
    ...Object.fromEntries(
      Object.entries(more).map(([option, value]) => [option.replaceAll('_', '-'), value]),
    ),
  };
  const lines = Object.entries(options)
    .filter(([, value]) => value !== null && value !== false)
    .map(([option, value]) => `#SBATCH --${option}${value === true ? '' : `=${quoted(value)}`}`);
  return ['#!/bin/bash', ...lines, '', ...setup, `exec ${command.map(quoted).join(' ')}`, ''].join(
    '\n',
  );
}

/** `1-3,7` */
function ranges(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join();
}

/** As sbatch and the shell read it. */
function quoted(value: unknown): string {
  const text = String(value);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
