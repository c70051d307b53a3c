import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { InputError } from '../common/errors.ts';
import { type Memory, sum } from '../plan/memory.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * What a process holds beside the tensors of its plan: Node, TensorFlow, images. Measured: 0.75 GB for the
 * digits, on Linux.
 */
const BASE_BYTES = 0.8e9;
/** Operations need memory while they run, most of all convolutions; the plan knows only what they leave. */
const WORKING_SHARE = 2;

/** What a machine has for runs. */
export interface Machine {
  readonly cores: number;
  /** Bytes that are free. */
  readonly memory: number;
  /** As `CUDA_VISIBLE_DEVICES` names them. */
  readonly gpus: readonly string[];
}

/** How many runs go on at once, and what each has. */
export interface Capacity {
  readonly jobs: number;
  /** Threads of each within one operation. */
  readonly threads: number;
  /** Why these are fewer than were asked for; `null` if they are not. */
  readonly why: string | null;
}

export interface Wish {
  /** `auto`: as many as there is room for. */
  readonly jobs: number | 'auto';
  /** `null`: an equal share of the cores. */
  readonly threads: number | null;
}

/** Runs at once, so that each has a core, or a GPU of its own, and all fit into memory; one fits always. */
export function divide(
  { cores, memory, gpus }: Machine,
  plans: readonly Plan[],
  wish: Wish,
): Capacity {
  const bytes = Math.max(...plans.map(bytesOf));
  const fitting = Math.max(1, Math.floor(memory / bytes));
  const places = gpus.length > 0 ? gpus.length : cores;
  const wanted = Math.min(wish.jobs === 'auto' ? places : wish.jobs, plans.length);
  // Processes may share cores, but not the memory of a GPU.
  const jobs = Math.min(wanted, fitting, gpus.length || wanted);
  const threads = wish.threads ?? Math.max(1, Math.floor(cores / jobs));
  return { jobs, threads, why: jobs < wanted && wish.jobs !== 'auto' ? reason() : null };

  function reason(): string {
    if (jobs === fitting) {
      return `as one takes about ${gigabytes(bytes)} and ${gigabytes(memory)} are free`;
    }
    return `as there ${gpus.length === 1 ? 'is 1 GPU' : `are ${gpus.length} GPUs`}, one for each run`;
  }
}

/** What a run in one of the places is told, so that each has a GPU of its own. */
export function environmentOf(place: number, gpus: Machine['gpus']): NodeJS.ProcessEnv {
  const gpu = gpus[place];
  return gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu };
}

/** The machine that this process runs on. */
export async function thisMachine(): Promise<Machine> {
  const memory = process.availableMemory();
  return { cores: availableParallelism(), memory, gpus: await visibleGpus() };
}

/** @throws InputError when it is neither a whole number of at least 1 nor `auto`. */
export function parseJobs(text: string): Wish['jobs'] {
  if (text === 'auto' || /^[1-9]\d*$/.test(text)) return text === 'auto' ? text : Number(text);
  throw new InputError(`--jobs takes a whole number of at least 1, or auto. Received: ${text}`);
}

function bytesOf({ phases }: Plan): number {
  const held = (memory: Memory) => sum(Object.values(memory), (bytes) => bytes);
  return BASE_BYTES + WORKING_SHARE * Math.max(...phases.map(({ memory }) => held(memory)));
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
