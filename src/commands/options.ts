import { InputError } from '../common/errors.ts';

/** Options of the command line that stand for keys of the file's `launcher`. */
export const LAUNCHER_OPTIONS = [
  { key: 'name', option: 'launcher', is: 'where the runs of a sweep are done: local or slurm' },
  { key: 'partition', option: 'partition', is: 'of the cluster; this and the next for slurm only' },
  { key: 'qos', option: 'qos', is: 'quality of service' },
  { key: 'account', option: 'account', is: 'what pays for it' },
  { key: 'time', option: 'time', is: 'minutes, or as Slurm writes it, e.g. 12:00:00' },
  { key: 'mem_gb', option: 'mem-gb', is: 'memory of a run' },
  { key: 'cpus_per_task', option: 'cpus-per-task', is: 'cores of a run' },
  { key: 'gpus_per_node', option: 'gpus-per-node', is: 'GPUs of a run' },
  { key: 'array_parallelism', option: 'array-parallelism', is: 'the most runs at once' },
  { key: 'setup', option: 'setup', is: "shell commands before a run, e.g. '[module load nodejs]'" },
  {
    key: 'additional_parameters',
    option: 'additional-parameters',
    is: "further options of sbatch, e.g. '{constraint: a100}'",
  },
  { key: 'signal_delay_s', option: 'signal-delay-s', is: 'a run saves so long before its end' },
  { key: 'max_num_timeout', option: 'max-num-timeout', is: 'how often it goes on after that' },
] as const;

/** What they change in the file, as `--set` takes it. */
export function launcherOverrides(options: Readonly<Record<string, unknown>>): string[] {
  return LAUNCHER_OPTIONS.flatMap(({ key, option }) => {
    const value = options[option.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase())];
    return value === undefined ? [] : [`launcher.${key}=${value}`];
  });
}

/** An option that counts; `null` where it was left out. @throws InputError */
export function wholeNumber(
  option: string,
  text: string | undefined,
  least: number,
): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new InputError(`${option} takes a whole number of at least ${least}. Received: ${text}`);
}
