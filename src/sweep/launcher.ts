import type { LauncherConfig } from '../experiment/experiment.ts';
import type { PlannedExperiment, PlannedSweep } from '../plan-experiment.ts';
import type { RunOptions } from '../run-experiment.ts';
import type { SweepRecord } from '../run-folder/sweep-record.ts';
import type { CapacityRequest } from './capacity.ts';
import type { JobOptions } from './job.ts';

export interface SweepOptions extends Omit<RunOptions, 'watchers' | 'threads'>, CapacityRequest {
  /** Reuses finished runs with the same id, of any experiment. */
  readonly needed: boolean;
  /** Resumes interrupted runs. */
  readonly resume: boolean;
  /** The most runs to start. */
  readonly limit: number;
  /** Ends the sweep at the first failed run. */
  readonly failFast: boolean;
  /** Retries of a failed run; `null`: as the file states. */
  readonly retries: number | null;
  /** With a launcher that runs elsewhere: waits until all runs have ended. */
  readonly wait: boolean;
}

/** The runs that a launcher is to start. */
export interface LaunchRequest {
  readonly sweep: PlannedSweep;
  /** Records each run as it starts and ends. */
  readonly record: SweepRecord;
  /** The runs that are left. */
  readonly entries: readonly SweepEntry[];
  /** Options of all jobs; `threads` as requested. */
  readonly jobOptions: JobOptions;
  /** Retries of a failed run. */
  readonly retries: number;
  readonly config: LauncherConfig;
  readonly options: SweepOptions;
}

/** A planned trial and its number in the sweep, from 1. */
export interface SweepEntry {
  readonly run: number;
  readonly trial: PlannedExperiment;
}

/**
 * Runs the trials of a sweep on some machine.
 * @returns true if they have ended; false if they continue without this process.
 */
export type Launcher = (request: LaunchRequest) => Promise<boolean>;
