import { InputError } from '../common/errors.ts';
import { type LoadedExperiment, loadExperiment } from '../config/load.ts';
import type { Overrides } from '../config/overrides.ts';
import { chooseCompiler } from '../engine/choose.ts';
import { formatSweep } from '../plan/format.ts';
import { planSweep } from '../plan/sweep.ts';
import { chooseProgress } from '../progress/progress.ts';
import { runExperiment } from '../run-experiment.ts';
import type { RunRecord } from '../run-folder/recorder.ts';
import { runModelsIn } from '../runs/find.ts';
import { parseJobs } from '../sweep/capacity.ts';
import { describeExpected } from '../sweep/expected.ts';
import { type OnceOptions, runOnce } from '../sweep/once.ts';
import { runSweep } from '../sweep/sweep.ts';
import { launcherOverrides, wholeNumber } from './options.ts';

/** Options as the command line gives them: texts, and nothing where one was left out. */
export interface RunCommandOptions extends Overrides {
  readonly runs: string;
  readonly verbose: boolean;
  readonly compile: boolean;
  readonly signal: AbortSignal;
  readonly jobs: string;
  readonly threads?: string;
  readonly resume: boolean;
  readonly needed?: boolean;
  readonly failFast: boolean;
  readonly retries?: string;
  readonly dryRun: boolean;
  readonly limit?: string;
  readonly wait: boolean;
}

/**
 * `cifar-run FILE`: runs an experiment, or each run of its sweep, and says where the record is.
 * @throws InputError when the file or an option cannot be used.
 */
export async function runCommand(file: string, options: RunCommandOptions): Promise<void> {
  const { resume, needed } = options;
  if (resume && needed === false) {
    throw new InputError(
      '--resume keeps what has finished, --no-needed does it again: only one can be',
    );
  }
  const set = [...launcherOverrides({ ...options }), ...options.set];
  const loaded = await loadExperiment(file, { ...options, set });
  if (options.dryRun) {
    const sweep = await planSweep(loaded, runModelsIn(options.runs));
    const lines = [...formatSweep(sweep.cells), '', await describeExpected(sweep, options.runs)];
    process.stdout.write(`${lines.join('\n')}\n`);
    return;
  }
  const threads = wholeNumber('--threads', options.threads, 1);
  const compiler = chooseCompiler(options.compile);
  const progress = await chooseProgress();
  const { folder } = isSweep(loaded)
    ? await runSweep(loaded, {
        ...options,
        progress,
        compiler,
        threads,
        jobs: parseJobs(options.jobs),
        needed: needed ?? true,
        limit: wholeNumber('--limit', options.limit, 1) ?? Number.POSITIVE_INFINITY,
        retries: wholeNumber('--retries', options.retries, 0),
      })
    : await runOne(loaded, { ...options, progress, compiler, threads, needed: needed ?? resume });
  process.stdout.write(`${folder}\n`);
}

/** A cluster is given a single run as a sweep of one. */
function isSweep({ sweep, launcher }: LoadedExperiment): boolean {
  return sweep !== null || launcher.name !== 'local';
}

/** A single run is made anew unless it is asked not to be. */
function runOne(loaded: LoadedExperiment, options: OnceOptions): Promise<RunRecord> {
  return options.needed ? runOnce(loaded, options) : runExperiment(loaded, options);
}
