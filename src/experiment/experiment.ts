import type { Json } from '../common/json.ts';
import type { Launcher, SweepParameter } from './file-types.ts';

/**
 * An experiment as plain JSON, with every default filled in and every shorthand expanded. Planning, data, model,
 * training and record read it. The file as people write it has the generated type `ExperimentFile`; `normalize`
 * turns a file into an experiment.
 */
export interface Experiment {
  readonly name: string;
  /** Root of every random stream: splits, shuffling, initializers, dropout, augmentation. */
  readonly seed: number;
  readonly data: DataConfig;
  readonly model: ModelConfig;
  readonly loss: LossConfig;
  readonly metrics: readonly MetricConfig[];
  readonly phases: readonly PhaseConfig[];
  readonly precision: PrecisionConfig;
  readonly device: Device;
  readonly features: FeaturesConfig;
  readonly checkpoint: CheckpointConfig;
  readonly onNonFinite: NonFiniteConfig;
  readonly evaluate: EvaluateConfig;
}

export interface DataConfig {
  /** A registered dataset: `cifar10`, `digits`, `folder`, … */
  readonly dataset: string;
  /** An absolute path or a URL; `null`: the default source of the dataset. */
  readonly source: string | null;
  /** The classes to use, in the order of their labels; `null`: all. */
  readonly classes: readonly string[] | null;
  /** The most images of each split, spread evenly over the classes; `null`: all. */
  readonly limit: { readonly train: number | null; readonly validation: number | null };
  /** `test`: the dataset's test split; a number: this fraction of the train split, stratified. */
  readonly validation: 'test' | number;
  /** Seed of the validation fraction and of `limit`; `null`: that of the experiment. */
  readonly splitSeed: number | null;
  /** An image that cannot be read stops the run, or is skipped and counted. */
  readonly broken: 'stop' | 'skip';
  /** How images get the size of the model's input. */
  readonly resize: {
    readonly fit: 'stretch' | 'crop' | 'pad';
    readonly interpolation: 'bilinear' | 'bicubic' | 'lanczos3';
  };
  /** keras.applications' modes of `preprocess_input`, or `scale` (x / 255), `lite` ((x - 127) / 128), or `none`. */
  readonly preprocess: 'caffe' | 'torch' | 'tf' | 'scale' | 'lite' | 'none';
  /** An epoch visits each training image once, or draws all classes equally often. */
  readonly sampling: 'uniform' | 'balanced';
  /** Factor on the training loss by class name; `balanced`: inverse to the class frequency. */
  readonly classWeights: 'balanced' | { readonly [className: string]: number } | null;
  readonly augment: readonly AugmentConfig[];
}

/** A random change of training images, e.g. `{ kind: 'flip', args: { direction: 'horizontal' } }`. */
export interface AugmentConfig {
  readonly kind: string;
  readonly args: { readonly [key: string]: Json };
}

export interface ModelConfig {
  readonly backbone: BackboneConfig;
  readonly head: readonly LayerConfig[];
}

export interface BackboneConfig {
  /** The source of the layers. */
  readonly from:
    | { readonly kind: 'named'; readonly name: string; readonly alpha: number }
    | { readonly kind: 'layers'; readonly layers: readonly LayerConfig[] }
    | { readonly kind: 'model'; readonly path: string }
    | { readonly kind: 'run'; readonly run: string };
  /** `imagenet`, `random`, or a path or URL of a weight file; `null`: the weights of `model` or `run`. */
  readonly weights: string | null;
  /** Height, width, channels; `null`: those of `model` or `run`. */
  readonly inputShape: readonly [number, number, number] | null;
  /** The last layer of the backbone to use; `null`: all layers. */
  readonly cut: string | null;
  /** Settings of all batch normalizations of the backbone; absent: those of each layer. */
  readonly batchNormalization?: { readonly momentum: number };
}

/** A layer. `inputs` names its input layers; `null`: the layer before it. */
export interface LayerConfig {
  readonly kind: string;
  readonly name: string;
  readonly args: LayerArgs;
  readonly inputs: readonly string[] | null;
}

/** Arguments of a layer under the names of tfjs-layers, without `name`. */
export type LayerArgs = { readonly [key: string]: Json };

export interface LossConfig {
  readonly name: 'categoricalCrossentropy' | 'binaryCrossentropy' | 'focal' | 'mse';
  readonly labelSmoothing: number;
  /** Focal loss only (Lin et al. 2017): focusing parameter and class balance. */
  readonly gamma: number;
  readonly alpha: number;
}

export interface MetricConfig {
  readonly name: 'accuracy' | 'topK' | 'mse' | 'auc' | 'precision' | 'recall' | 'f1';
  /** The column's name in metrics.csv, e.g. `top5`. */
  readonly label: string;
  readonly k: number | null;
}

export interface PhaseConfig {
  readonly name: string;
  readonly freeze: readonly FreezePattern[];
  readonly epochs: number;
  readonly batchSize: number;
  /** Number of batches whose gradients are averaged for one update. */
  readonly gradientAccumulation: number;
  readonly optimizer: OptimizerConfig;
  /** Factor on the learning rate by layer name or glob. */
  readonly learningRateScale: { readonly [layers: string]: number };
  readonly earlyStopping: EarlyStoppingConfig | null;
  readonly reduceOnPlateau: ReduceOnPlateauConfig | null;
  readonly ema: { readonly momentum: number } | null;
}

/** `backbone`, `head`, a layer name or glob, or all layers up to one. */
export type FreezePattern = string | { readonly upTo: string };

export interface OptimizerConfig {
  readonly name: 'sgd' | 'adam' | 'adamw' | 'rmsprop' | 'adagrad' | 'adadelta' | 'adamax' | 'nadam';
  readonly learningRate: number | ScheduleConfig;
  readonly weightDecay: number | null;
  readonly clipNorm: number | null;
  readonly globalClipNorm: number | null;
  readonly clipValue: number | null;
  /** The other arguments under Keras' names in camelCase (beta1, epsilon, momentum, …). */
  readonly args: { readonly [key: string]: number | boolean };
}

/** A learning rate as a function of the step. */
export interface ScheduleConfig {
  readonly schedule:
    | 'constant'
    | 'cosine'
    | 'exponential'
    | 'piecewise'
    | 'polynomial'
    | 'oneCycle';
  /** The arguments of the schedule, e.g. `{ initialLearningRate: 0.01, alpha: 0 }`. */
  readonly args: { readonly [key: string]: Json };
  /** Linear warmup from the rate `from` to the first rate of the schedule. */
  readonly warmup: { readonly steps: number; readonly from: number } | null;
}

export interface EarlyStoppingConfig {
  readonly monitor: string;
  readonly goal: 'minimize' | 'maximize';
  readonly patience: number;
  readonly minDelta: number;
  readonly restoreBest: boolean;
}

export interface ReduceOnPlateauConfig {
  readonly monitor: string;
  readonly goal: 'minimize' | 'maximize';
  readonly factor: number;
  readonly patience: number;
  readonly minDelta: number;
  readonly cooldown: number;
  readonly minLearningRate: number;
}

/** Times to save the state of training: the earliest of those that are not `null`, and the end of each phase. */
export interface CheckpointConfig {
  readonly everyEpochs: number | null;
  /** Counted in batches. */
  readonly everySteps: number | null;
  readonly everyMinutes: number | null;
  /** Keeps checkpoints after the run has finished. */
  readonly keep: boolean;
}

/** A loss that is NaN or infinite restores the last checkpoint, at most `retries` times, and then fails the run. */
export interface NonFiniteConfig {
  readonly retries: number;
  /** Factor on the learning rate at each retry. */
  readonly factor: number;
}

/** The precision of convolutions and matrix products; `auto` until the experiment is planned for a machine. */
export interface PrecisionConfig {
  readonly training: Precision | 'auto';
  /** Precision of evaluation and of cached features. */
  readonly inference: Precision | 'auto';
}

/** An experiment that is planned for a machine: its precision is known. */
export interface ResolvedExperiment extends Experiment {
  readonly precision: ResolvedPrecision;
}

export interface ResolvedPrecision {
  readonly training: Precision;
  readonly inference: Precision;
}

/** `auto`: a GPU if there is one that TensorFlow can use, else the processor. */
export type Device = 'auto' | 'gpu' | 'cpu';

/** Keras' policies `mixed_bfloat16` and `mixed_float16`, NVIDIA's TF32, or float32 throughout. */
export type Precision = 'float32' | 'tf32' | 'bfloat16' | 'float16';

/** Features: the outputs of the frozen layers before the first trained one. */
export interface FeaturesConfig {
  /** `auto`: computed once wherever that does not change the result; `off`: computed for each batch. */
  readonly cache: 'auto' | 'off';
  /** Data type in the cache. */
  readonly dtype: 'float32' | 'float16';
}

export interface EvaluateConfig {
  /** Test-time augmentation: `flip` averages the probabilities of an image and its mirror image. */
  readonly tta: 'none' | 'flip';
}

/** A metric that runs are compared by. */
export interface MetricGoal {
  /** A column of metrics.csv, e.g. `val_accuracy`. */
  readonly name: string;
  readonly goal: 'minimize' | 'maximize';
}

/** Paths of an experiment file and their values in one trial of a sweep. */
export type Settings = Readonly<Record<string, Json>>;

/** A sweep over settings. */
export interface SweepConfig {
  readonly method: 'grid' | 'random' | 'zip';
  readonly metric: MetricGoal;
  readonly parameters: Readonly<Record<string, SweepParameter>>;
  /** Draws of the method `random`. */
  readonly trials: number | null;
  /** Seeds of each cell: how many, counted from the experiment's, or the seeds. */
  readonly seeds: number | readonly number[];
  readonly include: readonly Settings[];
  readonly exclude: readonly Settings[];
  readonly asha: AshaConfig | null;
  /** Retries of a failed run. */
  readonly retries: number;
}

/** Asynchronous successive halving: how runs are stopped early. */
export interface AshaConfig {
  readonly metric: MetricGoal;
  /** One in `eta` runs continues at each rung. */
  readonly eta: number;
  /** The first rung, in epochs over all phases. */
  readonly minEpochs: number;
}

/** The launcher of a sweep's runs, and its arguments. */
export type LauncherConfig = Required<Launcher>;
