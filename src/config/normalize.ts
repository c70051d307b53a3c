import type { Json } from '../common/json.ts';
import type {
  AugmentConfig,
  CheckpointConfig,
  DataConfig,
  Experiment,
  LayerArgs,
  LossConfig,
  MetricConfig,
  OptimizerConfig,
  PhaseConfig,
  ScheduleConfig,
} from '../experiment/experiment.ts';
import type {
  Augmentation,
  Checkpoint,
  Data,
  ExperimentFile,
  Loss,
  Metric,
  Optimizer,
  Phase,
  Retries,
  Schedule,
} from '../experiment/file-types.ts';
import { type Goal, metricLabel, metricOf } from '../experiment/metrics.ts';
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
  /** The experiment's name where the file gives none. */
  readonly name: string;
  readonly pathAt: ResolvePath;
}

/** The experiment that a valid file describes, every default filled in and every shorthand spelled out. */
export function normalize(file: ExperimentFile, { name, pathAt }: NormalizeContext): Experiment {
  const root = filled<ExperimentFile>(experimentSchema(), file);
  return {
    name: file.name ?? name,
    seed: root.seed,
    data: normalizeData(file, pathAt),
    model: normalizeModel(file, pathAt),
    loss: normalizeLoss(root.loss),
    metrics: root.metrics.map(normalizeMetric),
    phases: file.phases.map(normalizePhase),
    features: withDefaults('features', root.features),
    checkpoint: normalizeCheckpoint(root.checkpoint),
    onNonFinite:
      root.onNonFinite === 'stop'
        ? { ...withDefaults<Retries>('retries', {}), retries: 0 }
        : withDefaults<Retries>('retries', root.onNonFinite),
    evaluate: withDefaults('evaluate', root.evaluate),
  };
}

/** Each epoch, unless something else is asked for. */
function normalizeCheckpoint(checkpoint: Checkpoint): CheckpointConfig {
  const { everyEpochs, everySteps, everyMinutes, keep } = withDefaults('checkpoint', checkpoint);
  const each = (everySteps ?? everyMinutes) === null ? 1 : null;
  return {
    everyEpochs: everyEpochs ?? each,
    everySteps,
    everyMinutes,
    keep,
  };
}

function normalizeData({ data, model }: ExperimentFile, pathAt: ResolvePath): DataConfig {
  const { source, limit, augment, preprocess, ...rest } = withDefaults<Data>('data', data);
  const named = model.backbone.name && backbones[model.backbone.name];
  return {
    ...rest,
    source: source === null ? null : pathAt(['data', 'source'], source),
    limit: normalizeLimit(limit),
    preprocess: preprocess ?? (named ? named.preprocess : 'scale'),
    augment: augment.map(normalizeAugmentation),
  };
}

function normalizeLimit(limit: Required<Data>['limit']): DataConfig['limit'] {
  if (limit === null || typeof limit === 'number') return { train: limit, validation: limit };
  return { train: null, validation: null, ...limit };
}

/** One in a map with its argument, or its name alone, or with a bare value for its argument. */
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

export function normalizePhase(phase: Phase): PhaseConfig {
  const { optimizer, earlyStopping, reduceOnPlateau, ema, ...rest } = withDefaults('phase', phase);
  return {
    ...rest,
    optimizer: normalizeOptimizer(optimizer),
    earlyStopping: earlyStopping && withGoal('earlyStopping', earlyStopping),
    reduceOnPlateau: reduceOnPlateau && withGoal('reduceOnPlateau', reduceOnPlateau),
    ema: typeof ema === 'number' ? { momentum: ema } : ema && withDefaults('ema', ema),
  };
}

function withGoal<Watching extends { monitor?: string; goal?: Goal }>(
  name: string,
  watching: Watching,
): Required<Watching> {
  const { monitor } = withDefaults<{ monitor?: string }>(name, watching);
  return withDefaults<Watching>(name, { goal: metricOf(monitor).goal, ...watching });
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
