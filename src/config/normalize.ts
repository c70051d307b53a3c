import type { Json } from '../common/json.ts';
import type {
  AshaConfig,
  AugmentConfig,
  CheckpointConfig,
  DataConfig,
  Experiment,
  LauncherConfig,
  LayerArgs,
  LossConfig,
  MetricConfig,
  MetricGoal,
  OptimizerConfig,
  PhaseConfig,
  PrecisionConfig,
  ScheduleConfig,
  Settings,
  SweepConfig,
} from '../experiment/experiment.ts';
import type {
  Augmentation,
  Checkpoint,
  Data,
  ExperimentFile,
  Launcher,
  Loss,
  Metric,
  Optimizer,
  Phase,
  Precision as PrecisionFile,
  Resize,
  Retries,
  Schedule,
  Sweep,
} from '../experiment/file-types.ts';
import { metricLabel, metricOf } from '../experiment/metrics.ts';
import {
  definition,
  experimentSchema,
  filled,
  mapSchema,
  withDefaults,
} from '../experiment/schema.ts';
import { backbones } from '../model/backbones/table.ts';
import { normalizeModel } from './normalize-model.ts';
import type { ResolvePath } from './paths.ts';

export interface NormalizeContext {
  /** The name of the experiment if the file has none. */
  readonly name: string;
  readonly resolvePath: ResolvePath;
}

/** The experiment of a valid file, with every default filled in and every shorthand expanded. */
export function normalize(file: ExperimentFile, context: NormalizeContext): Experiment {
  const { name, resolvePath } = context;
  const root = filled<ExperimentFile>(experimentSchema(), file);
  return {
    name: file.name ?? name,
    seed: root.seed,
    data: normalizeData(file, resolvePath),
    model: normalizeModel(file, resolvePath),
    loss: normalizeLoss(root.loss),
    metrics: root.metrics.map(normalizeMetric),
    phases: file.phases.map(normalizePhase),
    precision: normalizePrecision(root.precision),
    device: root.device,
    features: withDefaults('features', root.features),
    checkpoint: normalizeCheckpoint(root.checkpoint),
    onNonFinite:
      root.onNonFinite === 'stop'
        ? { ...withDefaults<Retries>('retries', {}), retries: 0 }
        : withDefaults<Retries>('retries', root.onNonFinite),
    evaluate: withDefaults('evaluate', root.evaluate),
  };
}

/** The sweep of a valid file. */
export function normalizeSweep(sweep: Sweep): SweepConfig {
  const {
    metric: givenMetric,
    asha,
    parameters,
    seeds,
    ...rest
  } = withDefaults<Sweep>('sweep', sweep);
  const metric = normalizeGoal('sweepMetric', givenMetric ?? {});
  return {
    ...rest,
    metric,
    seeds,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([path, each]) => [
        path,
        withDefaults('sweepParameter', each),
      ]),
    ),
    include: rest.include as Settings[],
    exclude: rest.exclude as Settings[],
    asha: asha && normalizeAsha(asha, metric),
  };
}

/** The launcher of a valid file. */
export function normalizeLauncher({ launcher }: ExperimentFile): LauncherConfig {
  return withDefaults<Launcher>('launcher', launcher ?? {});
}

/** Runs are stopped by the metric of the sweep unless `asha` names another. */
function normalizeAsha(written: NonNullable<Sweep['asha']>, metric: MetricGoal): AshaConfig {
  const { metric: name, eta, minEpochs } = withDefaults('asha', written);
  const isOther = name !== undefined && name !== metric.name;
  return { metric: isOther ? { name, goal: metricOf(name).goal } : metric, eta, minEpochs };
}

function normalizePrecision(precision: PrecisionFile): PrecisionConfig {
  if (typeof precision !== 'string') return withDefaults('precision', precision);
  return { training: precision, inference: precision };
}

/** A checkpoint each epoch, unless the file asks for other times. */
function normalizeCheckpoint(checkpoint: Checkpoint): CheckpointConfig {
  const { everyEpochs, everySteps, everyMinutes, keep } = withDefaults('checkpoint', checkpoint);
  const eachEpoch = (everySteps ?? everyMinutes) === null ? 1 : null;
  return { everyEpochs: everyEpochs ?? eachEpoch, everySteps, everyMinutes, keep };
}

function normalizeData({ data, model }: ExperimentFile, resolvePath: ResolvePath): DataConfig {
  const { source, limit, resize, augment, preprocess, ...rest } = withDefaults<Data>('data', data);
  const backbone = model.backbone.name && backbones[model.backbone.name];
  return {
    ...rest,
    source: source === null ? null : resolvePath(['data', 'source'], source),
    limit: normalizeLimit(limit),
    resize: normalizeResize(resize),
    preprocess: preprocess ?? (backbone ? backbone.preprocess : 'scale'),
    augment: augment.map(normalizeAugmentation),
  };
}

function normalizeLimit(limit: Required<Data>['limit']): DataConfig['limit'] {
  if (limit === null || typeof limit === 'number') return { train: limit, validation: limit };
  return { train: null, validation: null, ...limit };
}

/** How images are resized, from a word or a map. */
export function normalizeResize(written: Required<Data>['resize']): DataConfig['resize'] {
  return withDefaults<Resize>('resize', typeof written === 'string' ? { fit: written } : written);
}

/** An augmentation is written as a name, as a map with arguments, or as a map with its main argument. */
function normalizeAugmentation(written: Augmentation): AugmentConfig {
  const [kind, value] =
    typeof written === 'string' ? [written, {}] : (Object.entries(written)[0] as [string, Json]);
  const { properties = {} } = mapSchema(definition('augmentation'));
  const schema = mapSchema(properties[kind] ?? {});
  const [main = ''] = Object.keys(schema.properties ?? {});
  const args = typeof value === 'object' ? (value as LayerArgs) : { [main]: value };
  return { kind, args: filled(schema, args) };
}

function normalizeLoss(loss: Loss): LossConfig {
  const given = typeof loss === 'string' ? { name: loss } : loss;
  return withDefaults('focalLoss', given as LossConfig);
}

function normalizeMetric(metric: Metric): MetricConfig {
  const name = typeof metric === 'string' ? metric : 'topK';
  if (name !== 'topK') return { name, label: metricLabel({ name, k: null }), k: null };
  const k = typeof metric === 'string' ? 5 : metric.topK;
  return { name, label: metricLabel({ name, k }), k };
}

function normalizePhase(phase: Phase): PhaseConfig {
  const { optimizer, earlyStopping, reduceOnPlateau, ema, ...rest } = withDefaults('phase', phase);
  return {
    ...rest,
    optimizer: normalizeOptimizer(optimizer),
    earlyStopping: earlyStopping && withGoal('earlyStopping', earlyStopping),
    reduceOnPlateau: reduceOnPlateau && withGoal('reduceOnPlateau', reduceOnPlateau),
    ema: typeof ema === 'number' ? { momentum: ema } : ema && withDefaults('ema', ema),
  };
}

/** Fills in the default goal of the monitored metric. */
function withGoal<Watching extends { monitor?: string; goal?: MetricGoal['goal'] }>(
  definitionName: string,
  written: Watching,
): Required<Watching> {
  const { monitor } = withDefaults<{ monitor?: string }>(definitionName, written);
  return withDefaults<Watching>(definitionName, { goal: metricOf(monitor).goal, ...written });
}

function normalizeGoal(
  definitionName: string,
  written: { name?: string; goal?: MetricGoal['goal'] },
): MetricGoal {
  const { name } = withDefaults<{ name?: string }>(definitionName, written);
  return { name, goal: written.goal ?? metricOf(name).goal };
}

function normalizeOptimizer(optimizer: Optimizer): OptimizerConfig {
  const written = typeof optimizer === 'string' ? { name: optimizer } : optimizer;
  const { name, learningRate, weightDecay, clipNorm, globalClipNorm, clipValue, ...args } =
    withDefaults(written.name, written as Exclude<Optimizer, string>);
  return {
    name,
    learningRate: typeof learningRate === 'number' ? learningRate : normalizeSchedule(learningRate),
    weightDecay,
    clipNorm,
    globalClipNorm,
    clipValue,
    args,
  };
}

function normalizeSchedule(written: Schedule): ScheduleConfig {
  const { schedule, warmup, ...args } = withDefaults(`${written.schedule}Schedule`, written);
  return {
    schedule,
    args,
    warmup:
      typeof warmup === 'number'
        ? { steps: warmup, from: 0 }
        : warmup && withDefaults('warmup', warmup),
  };
}
