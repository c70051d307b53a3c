import type { Compiler } from '../engine/engine.ts';
import type { AshaConfig } from '../experiment/experiment.ts';
import type { PlannedExperiment } from '../plan-experiment.ts';

/** One run of a sweep, as plain JSON for the process that runs it. */
export interface Job extends JobOptions {
  readonly planned: PlannedExperiment;
}

/** Options that the jobs of a sweep share. */
export interface JobOptions {
  /** Folder of all runs. */
  readonly runs: string;
  /** Threads within an operation; `null`: all cores. */
  readonly threads: number | null;
  readonly verbose: boolean;
  readonly compiler: Compiler;
  /** Reuses a finished run with the same id. */
  readonly needed: boolean;
  /** Resumes an interrupted run with the same id. */
  readonly resume: boolean;
  /** Early stopping, with the ids of all runs of the sweep; `null`: none. */
  readonly asha: { readonly config: AshaConfig; readonly ids: readonly string[] } | null;
}

/** The progress of a job. */
export type JobEvent =
  | { readonly kind: 'step'; readonly title: string }
  /** A warning that every run of the sweep may send. */
  | { readonly kind: 'notice'; readonly line: string }
  | {
      /** The features of frozen layers are being computed. */
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
      /** Epochs over all phases, with the fraction of the current one. */
      readonly epochs: number;
    }
  | { readonly kind: 'epoch'; readonly metrics: Readonly<Record<string, number>> };

/** The result of a job. */
export type JobEnd =
  | {
      readonly kind: 'done';
      readonly folder: string;
      readonly metrics: Readonly<Record<string, number>>;
      /** The reason for which it was stopped before its last epoch. */
      readonly stopped: string | null;
      /** An earlier run with the same id was reused. */
      readonly reused: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly error: string;
      /** `input`: a retry would fail again; `memory`: a smaller batch may help. */
      readonly cause: 'input' | 'memory' | 'other';
    }
  | { readonly kind: 'interrupted' };
