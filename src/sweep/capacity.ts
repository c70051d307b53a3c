import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { InputError } from '../common/errors.ts';
import type { Device } from '../experiment/experiment.ts';
import { type Memory, sum } from '../plan/memory.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * Bytes of a process beside the tensors of its plan: Node, TensorFlow, images. Measured on Linux: 0.75 GB with the
 * dataset digits.
 */
const BASE_BYTES = 0.8e9;
/** Operations, most of all convolutions, need working memory that the plan does not count. */
const WORKING_FACTOR = 2;

/**
 * The same for a process that uses a GPU, on the host and on the GPU: TensorFlow with the CUDA libraries, the CUDA context
 * and workspaces. Estimated, not measured.
 */
const GPU_BASE_BYTES = { host: 3e9, gpu: 1e9 };

/** The resources of a machine. */
export interface Machine {
  readonly cores: number;
  /** Free memory in bytes. */
  readonly memory: number;
  readonly gpus: readonly Gpu[];
}

interface Gpu {
  /** As in `CUDA_VISIBLE_DEVICES`. */
  readonly name: string;
  /** Free memory in bytes; `null` if it is not known. */
  readonly memory: number | null;
}

/** The number of runs at once, and the share of each. */
export interface Capacity {
  readonly jobs: number;
  /** Threads of each run within an operation. */
  readonly threads: number;
  /** The GPU of each run at once, as `CUDA_VISIBLE_DEVICES` names it; none: the CPU. */
  readonly gpus: readonly string[];
  /** The reason to run fewer at once than requested; `null` if there is none. */
  readonly reason: string | null;
}

export interface CapacityRequest {
  /** `auto`: as many as fit. */
  readonly jobs: number | 'auto';
  /** `null`: an equal share of the cores. */
  readonly threads: number | null;
}

/**
 * Divides a machine so that each run has a core and all fit into memory, also that of the GPUs, which several runs can
 * share. One run always fits.
 */
export function divide(
  machine: Machine,
  plans: readonly Plan[],
  request: CapacityRequest,
): Capacity {
  const { cores, memory, gpus } = machine;
  const tensors = Math.max(...plans.map(tensorBytes));
  const hasGpu = gpus.length > 0;
  const hostBytes = hasGpu ? GPU_BASE_BYTES.host : BASE_BYTES + tensors;
  const places = hasGpu ? placesOn(gpus, GPU_BASE_BYTES.gpu + tensors) : [];
  const fitting = Math.max(1, Math.floor(memory / hostBytes));
  const automatic = hasGpu ? Math.min(places.length, cores) : cores;
  const wanted = Math.min(request.jobs === 'auto' ? automatic : request.jobs, plans.length);
  const jobs = Math.min(wanted, fitting, hasGpu ? places.length : wanted);
  const threads = request.threads ?? Math.max(1, Math.floor(cores / jobs));
  const capacity = { jobs, threads, gpus: places.slice(0, jobs) };
  if (jobs === wanted || request.jobs === 'auto') return { ...capacity, reason: null };
  const reason =
    jobs === fitting
      ? `one run takes about ${gigabytes(hostBytes)} and ${gigabytes(memory)} are free`
      : `one run takes about ${gigabytes(GPU_BASE_BYTES.gpu + tensors)} of a GPU, and ${formatFree(gpus)}`;
  return { ...capacity, reason };
}

/** Returns the GPU of each run that fits, spread evenly over the GPUs. Each GPU takes at least one. */
function placesOn(gpus: readonly Gpu[], bytes: number): string[] {
  const left = gpus.map(({ name, memory }) => ({
    name,
    runs: Math.max(1, Math.floor((memory ?? 0) / bytes)),
  }));
  const rounds = Math.max(...left.map(({ runs }) => runs));
  return Array.from({ length: rounds }, (_, round) =>
    left.filter(({ runs }) => runs > round).map(({ name }) => name),
  ).flat();
}

function formatFree(gpus: readonly Gpu[]): string {
  const free = gpus.map(({ name, memory }) =>
    memory === null ? `GPU ${name} shares no more` : `GPU ${name} has ${gigabytes(memory)} free`,
  );
  return free.join(', ');
}

/** The environment variables that give the run in a slot its GPU. */
export function gpuEnvironment(slot: number, gpus: Capacity['gpus']): NodeJS.ProcessEnv {
  const gpu = gpus[slot];
  return gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu };
}

/** The resources of this machine for runs on a device. */
export async function thisMachine(device: Device): Promise<Machine> {
  const gpus = device === 'cpu' ? [] : await visibleGpus();
  return { cores: availableParallelism(), memory: process.availableMemory(), gpus };
}

/** Parses `--jobs`. @throws InputError unless it is a whole number of at least 1, or `auto`. */
export function parseJobs(text: string): CapacityRequest['jobs'] {
  if (text === 'auto' || /^[1-9]\d*$/.test(text)) return text === 'auto' ? text : Number(text);
  throw new InputError(`--jobs takes a whole number of at least 1, or auto. Received: ${text}`);
}

function tensorBytes({ phases }: Plan): number {
  const total = (memory: Memory) => sum(Object.values(memory), (bytes) => bytes);
  return WORKING_FACTOR * Math.max(...phases.map(({ memory }) => total(memory)));
}

/** Asks the driver's program. Without it, the names in `CUDA_VISIBLE_DEVICES` are all that is known. */
async function visibleGpus(): Promise<Gpu[]> {
  const chosen = process.env.CUDA_VISIBLE_DEVICES?.split(',').filter((name) => name !== '');
  if (chosen?.length === 0 || chosen?.[0] === '-1') return [];
  const query = ['--query-gpu=index,uuid,memory.free', '--format=csv,noheader,nounits'];
  const { failed, stdout } = await execa('nvidia-smi', query, { reject: false });
  const found = failed ? [] : parseGpus(stdout);
  if (chosen === undefined) return found.map(({ index: name, memory }) => ({ name, memory }));
  return chosen.map((name) => {
    const gpu = found.find(({ index, uuid }) => index === name || uuid === name);
    return { name, memory: gpu?.memory ?? null };
  });
}

/** Parses the CSV of `nvidia-smi`: index, UUID, free memory in MiB. */
export function parseGpus(csv: string) {
  return csv
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [index = '', uuid = '', mebibytes = ''] = line.split(', ');
      return { index, uuid, memory: Number(mebibytes) * 2 ** 20 };
    });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
