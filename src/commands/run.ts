import { InputError } from '../common/errors.ts';
import type { Overrides } from '../config/overrides.ts';
import { chooseCompiler } from '../engine/engine.ts';
import type { Device } from '../experiment/experiment.ts';
import { type LoadedFile, loadExperiment } from '../load-experiment.ts';
import { formatSweep } from '../plan/format.ts';
import { planExperiment, planSweep } from '../plan-experiment.ts';
import { chooseProgress } from '../progress/display.ts';
import { runExperiment } from '../run-experiment.ts';
import type { RunResult } from '../run-folder/finished-run.ts';
import { commandLine } from '../runs/places.ts';
import { runModelsIn } from '../runs/run-models.ts';
import { parseJobs } from '../sweep/capacity.ts';
import { type OnceOptions, runOnce } from '../sweep/run-once.ts';
import { describeRemaining, runSweep } from '../sweep/run-sweep.ts';
import { deviceOverrides, launcherOverrides, parseWholeNumber } from './options.ts';
import { printFolder, printRun } from './result.ts';

/** Options as the command line gives them: texts, and `undefined` for an option without a default. */
export interface RunCommandOptions extends Overrides {
  readonly runs: string;
  readonly verbose: boolean;
  readonly compile: boolean;
  readonly profile?: boolean;
  readonly signal: AbortSignal;
  readonly jobs: string;
  readonly threads?: string;
  readonly device?: Device;
  readonly resume: boolean;
  readonly needed?: boolean;
  readonly failFast: boolean;
  readonly retries?: string;
  readonly dryRun: boolean;
  readonly limit?: string;
  readonly wait: boolean;
}

/**
 * `cifar-run FILE`: runs an experiment, or all trials of its sweep, and prints the folder of the record.
 * @throws InputError if the file or an option is wrong.
 */
export async function runCommand(file: string, options: RunCommandOptions): Promise<void> {
  const { resume, needed, runs } = options;
  if (resume && needed === false) {
    throw new InputError('--resume keeps finished runs and --no-needed repeats them; use one');
  }
  const set = [
    ...launcherOverrides({ ...options }),
    ...deviceOverrides(options.device),
    ...options.set,
  ];
  const loaded = await loadExperiment(file, { ...options, set });
  if (options.dryRun) {
    const sweep = await planSweep(loaded, runModelsIn(runs));
    const lines = [...formatSweep(sweep.trials), '', await describeRemaining(sweep, runs)];
    process.stdout.write(`${lines.join('\n')}\n`);
    return;
  }
  const threads = parseWholeNumber('--threads', options.threads, 1);
  const compiler = chooseCompiler(options.compile);
  const progress = await chooseProgress();
  if (!isSweep(loaded)) {
    const once = { ...options, progress, compiler, threads, needed: needed ?? resume };
    printRun(await runOne(loaded, once), runs);
    return;
  }
  const { folder } = await runSweep(loaded, {
    ...options,
    progress,
    compiler,
    threads,
    jobs: parseJobs(options.jobs),
    needed: needed ?? true,
    limit: parseWholeNumber('--limit', options.limit, 1) ?? Number.POSITIVE_INFINITY,
    retries: parseWholeNumber('--retries', options.retries, 0),
  });
  printFolder(folder, [
    commandLine(['compare', loaded.experiment.name], runs),
    commandLine(['ui'], runs),
  ]);
}

/** A single run on a cluster is a sweep of one. */
function isSweep({ sweep, launcher }: LoadedFile): boolean {
  return sweep !== null || launcher.name !== 'local';
}

/** A single run is repeated unless the user asks to reuse it. */
async function runOne(loaded: LoadedFile, options: OnceOptions): Promise<RunResult> {
  const planned = await planExperiment(loaded, runModelsIn(options.runs));
  return options.needed ? runOnce(planned, options) : runExperiment(planned, options);
}
