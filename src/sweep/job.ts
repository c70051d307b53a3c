import type { Compiler } from '../engine/engine.ts';
import type { AshaConfig } from '../plan/sweep.ts';

/** One run of a sweep as another process is told to do it: plain JSON. */
export interface Job {
  /** Identity of the run. */
  readonly id: string;
  /** The experiment with every default filled in, as a file. */
  readonly resolved: string;
  /** The file that it is from, as written. */
  readonly text: string;
  /** Folder that holds all runs. */
  readonly runs: string;
  /** Threads within one operation; `null`: as many as there are cores. */
  readonly threads: number | null;
  readonly verbose: boolean;
  readonly compiler: Compiler;
  /** A finished run of the same identity will do. */
  readonly needed: boolean;
  /** An interrupted run of the same identity goes on. */
  readonly resume: boolean;
  readonly asha: {
    readonly config: AshaConfig /** All of the sweep. */;
    readonly ids: readonly string[];
  } | null;
}

/** What the jobs of a sweep have in common. */
export type CommonJob = Omit<Job, 'id' | 'resolved' | 'text'>;

/** Where a job stands. */
export type JobEvent =
  | { readonly kind: 'step'; readonly title: string }
  | {
      /** What frozen layers make of the images is computed. */
      readonly kind: 'features';
      readonly phase: string;
      readonly done: number;
      readonly images: number;
    }
  | {
      readonly kind: 'training';
      readonly phase: string;
      readonly phaseEpoch: number;
      readonly phaseEpochs: number;
      /** Epochs done over all phases, with the part of the one that goes on. */
      readonly epochs: number;
    }
  | { readonly kind: 'epoch'; readonly metrics: Readonly<Record<string, number>> };

/** How a job ends. */
export type JobEnd =
  | {
      readonly kind: 'done';
      readonly folder: string;
      readonly metrics: Readonly<Record<string, number>>;
      /** Why it was ended before its last epoch. */
      readonly stopped: string | null;
      /** Nothing was computed: such a run was there. */
      readonly reused: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly error: string;
      /** `input`: it would only fail again; `memory`: less of it may do. */
      readonly cause: 'input' | 'memory' | 'other';
    }
  | { readonly kind: 'interrupted' };
