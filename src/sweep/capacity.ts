import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { InputError } from '../common/errors.ts';
import { type Memory, sum } from '../plan/memory.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * Bytes of a process beside the tensors of its plan: Node, TensorFlow, images. Measured on Linux: 0.75 GB with the
 * dataset digits.
 */
const BASE_BYTES = 0.8e9;
/** Operations, most of all convolutions, need working memory that the plan does not count. */
const WORKING_FACTOR = 2;

/** The resources of a machine. */
export interface Machine {
  readonly cores: number;
  /** Free memory in bytes. */
  readonly memory: number;
  /** Names as in `CUDA_VISIBLE_DEVICES`. */
  readonly gpus: readonly string[];
}

/** The number of runs at once, and the share of each. */
export interface Capacity {
  readonly jobs: number;
  /** Threads of each run within an operation. */
  readonly threads: number;
  /** The reason to run fewer at once than requested; `null` if there is none. */
  readonly reason: string | null;
}

export interface CapacityRequest {
  /** `auto`: as many as fit. */
  readonly jobs: number | 'auto';
  /** `null`: an equal share of the cores. */
  readonly threads: number | null;
}

/** Divides a machine so that each run has a core, or its own GPU, and all fit into memory. One run always fits. */
export function divide(
  { cores, memory, gpus }: Machine,
  plans: readonly Plan[],
  request: CapacityRequest,
): Capacity {
  const bytes = Math.max(...plans.map(bytesOf));
  const fitting = Math.max(1, Math.floor(memory / bytes));
  const places = gpus.length > 0 ? gpus.length : cores;
  const wanted = Math.min(request.jobs === 'auto' ? places : request.jobs, plans.length);
  // Processes can share cores, but not the memory of a GPU.
  const jobs = Math.min(wanted, fitting, gpus.length || wanted);
  const threads = request.threads ?? Math.max(1, Math.floor(cores / jobs));
  const isReduced = jobs < wanted && request.jobs !== 'auto';
  if (!isReduced) return { jobs, threads, reason: null };
  const reason =
    jobs === fitting
      ? `one run takes about ${gigabytes(bytes)} and ${gigabytes(memory)} are free`
      : `each run takes a GPU and there ${gpus.length === 1 ? 'is 1' : `are ${gpus.length}`}`;
  return { jobs, threads, reason };
}

/** The environment variables that give the run in a slot its own GPU. */
export function gpuEnvironment(slot: number, gpus: Machine['gpus']): NodeJS.ProcessEnv {
  const gpu = gpus[slot];
  return gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu };
}

/** The resources of this machine. */
export async function thisMachine(): Promise<Machine> {
  const memory = process.availableMemory();
  return { cores: availableParallelism(), memory, gpus: await visibleGpus() };
}

/** Parses `--jobs`. @throws InputError unless it is a whole number of at least 1, or `auto`. */
export function parseJobs(text: string): CapacityRequest['jobs'] {
  if (text === 'auto' || /^[1-9]\d*$/.test(text)) return text === 'auto' ? text : Number(text);
  throw new InputError(`--jobs takes a whole number of at least 1, or auto. Received: ${text}`);
}

function bytesOf({ phases }: Plan): number {
  const total = (memory: Memory) => sum(Object.values(memory), (bytes) => bytes);
  return BASE_BYTES + WORKING_FACTOR * Math.max(...phases.map(({ memory }) => total(memory)));
}

async function visibleGpus(): Promise<string[]> {
  const chosen = process.env.CUDA_VISIBLE_DEVICES;
  if (chosen !== undefined) return chosen.split(',').filter((name) => name && name !== '-1');
  const query = ['--query-gpu=index', '--format=csv,noheader'];
  const { failed, stdout } = await execa('nvidia-smi', query, { reject: false });
  return failed ? [] : stdout.split('\n').filter(Boolean);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
