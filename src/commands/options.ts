import { InputError } from '../common/errors.ts';
import type { Device } from '../experiment/experiment.ts';

/** The formats of `export` by the extension of their files; a folder has none. */
export const EXPORT_FORMATS = { tfjs: null, onnx: '.onnx', safetensors: '.safetensors' } as const;

export type ExportFormat = keyof typeof EXPORT_FORMATS;

export const exportFormats = Object.keys(EXPORT_FORMATS) as ExportFormat[];

/** Options of the command line that override keys of the file's `launcher`. */
export const LAUNCHER_OPTIONS = [
  {
    key: 'name',
    option: 'launcher',
    description: 'launcher of the runs of a sweep: local or slurm',
  },
  {
    key: 'partition',
    option: 'partition',
    description: 'partition of the cluster (this and the following: slurm only)',
  },
  { key: 'qos', option: 'qos', description: 'quality of service' },
  { key: 'account', option: 'account', description: 'account to charge' },
  {
    key: 'time',
    option: 'time',
    description: 'time limit of a run, in minutes or in Slurm format, e.g. 12:00:00',
  },
  { key: 'mem_gb', option: 'mem-gb', description: 'memory of a run in GB' },
  { key: 'cpus_per_task', option: 'cpus-per-task', description: 'cores of a run' },
  { key: 'gpus_per_node', option: 'gpus-per-node', description: 'GPUs of a run' },
  {
    key: 'array_parallelism',
    option: 'array-parallelism',
    description: 'maximum number of runs at once',
  },
  {
    key: 'setup',
    option: 'setup',
    description: "shell commands before each run, e.g. '[module load nodejs]'",
  },
  {
    key: 'additional_parameters',
    option: 'additional-parameters',
    description: "more options of sbatch, e.g. '{constraint: a100}'",
  },
  {
    key: 'signal_delay_s',
    option: 'signal-delay-s',
    description: 'seconds before the time limit at which a run saves a checkpoint',
  },
  {
    key: 'max_num_timeout',
    option: 'max-num-timeout',
    description: 'maximum number of requeues after a timeout',
  },
] as const;

/** The option `--device` as an override for `--set`; none if it is not given. */
export function deviceOverrides(device: Device | undefined): string[] {
  return device === undefined ? [] : [`device=${device}`];
}

/** These options as overrides for `--set`. */
export function launcherOverrides(options: Readonly<Record<string, unknown>>): string[] {
  return LAUNCHER_OPTIONS.flatMap(({ key, option }) => {
    const value = options[option.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase())];
    return value === undefined ? [] : [`launcher.${key}=${value}`];
  });
}

/** Parses an option; `null` if it is not given. @throws InputError unless it is a whole number of at least `least`. */
export function parseWholeNumber(
  option: string,
  text: string | undefined,
  least: number,
): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new InputError(`${option} takes a whole number of at least ${least}. Received: ${text}`);
}
