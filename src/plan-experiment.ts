import { InputError } from './common/errors.ts';
import type { Json } from './common/json.ts';
import { hashFiles } from './config/file-hashes.ts';
import { normalizeSweep } from './config/normalize.ts';
import { listTrials, showSettings } from './config/trials.ts';
import { checkData } from './data/check-data.ts';
import { DataError, type LoadContext } from './data/dataset.ts';
import { isUrl } from './data/files/source.ts';
import { detectPrecisionSupport, detectProcessor } from './engine/hardware.ts';
import type {
  AshaConfig,
  ModelConfig,
  ResolvedExperiment,
  Settings,
} from './experiment/experiment.ts';
import type { Path } from './experiment/problem.ts';
import {
  type LoadedExperiment,
  type LoadedFile,
  loadTrial,
  problemsError,
} from './load-experiment.ts';
import { buildGraph } from './model/build-graph.ts';
import { needsClassCount, withClassCount } from './model/class-count.ts';
import type { Graph } from './model/graph.ts';
import { type FindRunModel, type ModelSource, readSource } from './model/source.ts';
import { batchWarnings, epochsOf, type Plan, planRun } from './plan/plan.ts';
import { precisionProblems, resolvePrecision } from './plan/precision.ts';
import type { SweepPlan, TrialPlan } from './plan/sweep.ts';
import { checkNetworkRules } from './rules/rules.ts';

/** An experiment that is ready to run. All but `source` is plain JSON. */
export interface PlannedExperiment extends LoadedExperiment {
  readonly experiment: ResolvedExperiment;
  readonly plan: Plan;
  /** The model of `model.backbone.model` or `run`; `null` if there is none. */
  readonly modelSource: ModelSource | null;
  /** What the user probably does not want. */
  readonly warnings: readonly string[];
}

/**
 * Plans an experiment: reads the model that it names, looks at its data and weights on this machine, hashes its files, and
 * checks the rules that need them.
 * @throws InputError with a line for each error.
 */
export async function planExperiment(
  loaded: LoadedExperiment,
  findRunModel: FindRunModel,
): Promise<PlannedExperiment> {
  const { text, source } = loaded;
  const modelSource = await readModelSource(loaded, findRunModel);
  const graph = modelSource?.graph ?? null;
  const { data, seed, model } = loaded.experiment;
  const { classNames, mostImages } = await withPlace(loaded, ['data'], () =>
    checkData(data, seed, imageShapeOf(model, modelSource)),
  );
  const experiment = await resolveExperiment(loaded, classNames);
  const problems = checkNetworkRules(experiment, { classes: classNames?.length ?? null, graph });
  if (problems.length > 0) throw problemsError(loaded, problems);
  await checkWeightFile(loaded, graph);
  const hashes = await hashFiles(experiment, modelSource?.path ?? null);
  const plan = planRun(experiment, { graph, hashes, mostImages });
  const statistics = plan.phases.flatMap(({ name, warning }) =>
    warning === null ? [] : [`phase ${name}: ${warning}`],
  );
  const warnings = [...batchWarnings(plan, mostImages ?? Number.POSITIVE_INFINITY), ...statistics];
  return { experiment, text, source, modelSource, plan, warnings };
}

/** Height, width and channels of the model's input, for the data of an experiment that need not be planned. */
export async function readImageShape(
  loaded: LoadedExperiment,
  findRunModel: FindRunModel,
): Promise<LoadContext['imageShape']> {
  const { model } = loaded.experiment;
  const source = await readModelSource(loaded, findRunModel);
  return imageShapeOf(model, source);
}

function imageShapeOf(model: ModelConfig, source: ModelSource | null): LoadContext['imageShape'] {
  const [height = 0, width = 0, channels = 0] = buildGraph(model, source?.graph).inputShape;
  return [height, width, channels];
}

/**
 * Replaces `units: classes` by the number of classes, and `auto` by the precision of this machine.
 * @param classNames `null` if they are not known yet.
 * @throws InputError if the classes are needed and not known, or if the machine lacks a precision.
 */
async function resolveExperiment(
  loaded: LoadedExperiment,
  classNames: readonly string[] | null,
): Promise<ResolvedExperiment> {
  const { experiment } = loaded;
  const model = resolveModel(loaded, classNames);
  const { training, inference } = experiment.precision;
  if (training === 'float32' && inference === 'float32') {
    return { ...experiment, model, precision: { training, inference } };
  }
  const support = await detectPrecisionSupport(experiment.device);
  const precision = resolvePrecision(experiment.precision, support);
  const problems = precisionProblems(precision, support);
  if (problems.length > 0) throw problemsError(loaded, problems);
  return { ...experiment, model, precision };
}

function resolveModel(loaded: LoadedExperiment, classNames: readonly string[] | null): ModelConfig {
  const { model, data } = loaded.experiment;
  if (classNames) return withClassCount(model, classNames.length);
  const index = model.head.findIndex(needsClassCount);
  if (index < 0) return model;
  const message = `has a unit for each class, but the classes are known only after the download of ${data.source}; run cifar-run data fetch with this file, or list the classes in data.classes`;
  throw problemsError(loaded, [{ path: ['model', 'head', index], message }]);
}

/** Checks a weight file on this machine. ImageNet weights are checked by their hash when they are downloaded. */
async function checkWeightFile(loaded: LoadedExperiment, graph: Graph | null): Promise<void> {
  const { backbone } = loaded.experiment.model;
  const { weights } = backbone;
  if (weights === null || weights === 'imagenet' || weights === 'random' || isUrl(weights)) return;
  await withPlace(loaded, ['model', 'backbone', 'weights'], async () => {
    const { checkWeights } = await import('./model/weights/load.ts');
    await checkWeights(weights, backbone, graph);
  });
}

/** Runs work that reads what a value of the file names. Its errors get the place of the value. */
export async function withPlace<T>(
  loaded: Pick<LoadedExperiment, 'source'>,
  path: Path,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const problem =
      error instanceof DataError
        ? { path: [...path, error.key ?? []].flat(), message: error.detail }
        : { path, message: error.message };
    throw problemsError(loaded, [problem]);
  }
}

/** @throws InputError if a planned experiment needs another device than the engine uses. */
export function requirePrecision(planned: PlannedExperiment, device: 'cpu' | 'gpu'): void {
  const { bfloat16 } = detectProcessor();
  const problems = precisionProblems(planned.experiment.precision, { device, bfloat16 });
  if (problems.length > 0) throw problemsError(planned, problems);
}

/**
 * Checks a planned experiment against the classes of its data, once they are known.
 * @throws InputError if the network does not fit them.
 */
export function checkClasses(planned: PlannedExperiment, classNames: readonly string[]): void {
  const graph = planned.modelSource?.graph ?? null;
  const problems = checkNetworkRules(planned.experiment, { classes: classNames.length, graph });
  if (problems.length > 0) throw problemsError(planned, problems);
}

function readModelSource(
  loaded: LoadedExperiment,
  findRunModel: FindRunModel,
): Promise<ModelSource | null> {
  const { backbone } = loaded.experiment.model;
  return withPlace(loaded, ['model', 'backbone', backbone.from.kind], () =>
    readSource(backbone, findRunModel),
  );
}

/** A sweep that is ready to run. */
export interface PlannedSweep extends SweepPlan {
  readonly trials: readonly PlannedTrial[];
}

/** One run of a sweep that is ready to run. */
export type PlannedTrial = PlannedExperiment & TrialPlan;

/**
 * Plans all trials of a sweep before the first one runs, so that none fails late.
 * @throws InputError with a line for each error of any trial.
 */
export async function planSweep(
  loaded: LoadedFile,
  findRunModel: FindRunModel,
): Promise<PlannedSweep> {
  const { experiment, sweep } = loaded;
  const planned: Omit<PlannedTrial, 'replicate'>[] = [];
  const errors = new Map<string, string>();
  const listed = settingsOfTrials(loaded);
  const names = [...new Set(listed.flatMap((settings) => Object.keys(settings)))].toSorted(
    (a, b) => Number(a === 'seed') - Number(b === 'seed'),
  );
  for (const settings of listed) {
    try {
      const trial = loadTrial(loaded, settings);
      const complete = completeSettings(settings, names, trial);
      // The source map of each trial would take more memory than all else of it.
      planned.push({
        ...(await planExperiment(trial, findRunModel)),
        source: null,
        settings: complete,
      });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const suffix = sweep ? ` (with ${showSettings(settings)})` : '';
      for (const line of error.message.split('\n')) {
        if (!errors.has(line)) errors.set(line, `${line}${suffix}`);
      }
    }
  }
  if (errors.size > 0) throw new InputError([...errors.values()].join('\n'));
  // A single run on a cluster is a sweep with the defaults of the schema.
  const { metric, asha, retries } = sweep ?? normalizeSweep({ parameters: {} });
  const trials = numberReplicates(planned);
  if (asha) requireRung(loaded, asha, trials);
  return { name: experiment.name, metric, asha, retries, trials };
}

function settingsOfTrials(loaded: LoadedFile): Settings[] {
  const { sweep, experiment } = loaded;
  if (!sweep) return [{}];
  try {
    const trials = listTrials(sweep, experiment.seed);
    if (trials.length > 0) return trials;
    throw new InputError('exclude leaves no trial; remove some of its entries');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw problemsError(loaded, [{ path: ['sweep'], message: error.message }]);
  }
}

/** Adds the settings that a trial takes from the file: an entry of `include` need not name all. */
function completeSettings(
  settings: Settings,
  names: readonly string[],
  { source }: LoadedExperiment,
): Settings {
  const all = names.map((name) => [name, settings[name] ?? source?.valueOf(name)] as const);
  return Object.fromEntries(all.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Drops trials with equal settings and numbers those that differ only in their seed. */
function numberReplicates(planned: readonly Omit<PlannedTrial, 'replicate'>[]): PlannedTrial[] {
  const distinct = new Map(planned.map((trial) => [JSON.stringify(trial.settings), trial]));
  const replicates = new Map<string, number>();
  return [...distinct.values()].map((trial) => {
    const { seed: _, ...cell } = trial.settings;
    const key = JSON.stringify(cell);
    const replicate = (replicates.get(key) ?? 0) + 1;
    replicates.set(key, replicate);
    return { ...trial, replicate };
  });
}

/** @throws InputError if no run reaches the first rung before its last epoch. */
function requireRung(
  loaded: LoadedFile,
  { minEpochs }: AshaConfig,
  trials: readonly PlannedTrial[],
): void {
  const longest = Math.max(...trials.map(({ plan }) => epochsOf(plan)));
  if (minEpochs < longest) return;
  const message = `must be below the ${longest} epochs of a run. Received: ${minEpochs}`;
  throw problemsError(loaded, [{ path: ['sweep', 'asha', 'minEpochs'], message }]);
}
