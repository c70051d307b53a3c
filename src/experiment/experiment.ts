import type { Json } from '../common/json.ts';

/**
 * An experiment with every default filled in and every shorthand spelled out: what the other rooms
 * (plan, data, model, train, record) read. The file as people write it has the generated type
 * `ExperimentFile`; `normalize` turns the one into the other.
 */
export interface Experiment {
  readonly name: string;
  /** Root of every random stream: splits, shuffling, initial weights, dropout, augmentation. */
  readonly seed: number;
  readonly data: DataConfig;
  readonly model: ModelConfig;
  readonly loss: LossConfig;
  readonly metrics: readonly MetricConfig[];
  readonly phases: readonly PhaseConfig[];
  readonly features: FeaturesConfig;
  readonly checkpoint: CheckpointConfig;
  readonly onNonFinite: NonFiniteConfig;
  readonly evaluate: EvaluateConfig;
}

export interface DataConfig {
  /** A registered data set: `cifar10`, `digits`, `folder`, … */
  readonly dataset: string;
  /** A path (resolved against the file that names it) or URL; `null`: the data set's own place. */
  readonly source: string | null;
  /** The classes to keep, in the order of their labels; `null`: all. */
  readonly classes: readonly string[] | null;
  /** At most so many images, spread evenly over the classes; `null`: all. */
  readonly limit: { readonly train: number | null; readonly validation: number | null };
  /** `test`: the data set's own held-out part; a number: that fraction of train, stratified. */
  readonly validation: 'test' | number;
  /** What a image that cannot be read does: it stops the run, or is left out and counted. */
  readonly broken: 'stop' | 'skip';
  /** keras.applications' modes of `preprocess_input`, or `scale` (x / 255), or `none`. */
  readonly preprocess: 'caffe' | 'torch' | 'tf' | 'scale' | 'none';
  /** How often an epoch takes each training image: once, or so that all classes come equally often. */
  readonly sampling: 'uniform' | 'balanced';
  /** Factor on the training loss by class name; `balanced`: against the classes' frequency. */
  readonly classWeights: 'balanced' | { readonly [className: string]: number } | null;
  readonly augment: readonly AugmentConfig[];
}

/** One random change of the training images, e.g. `{ kind: 'flip', args: { direction: 'horizontal' } }`. */
export interface AugmentConfig {
  readonly kind: string;
  readonly args: { readonly [key: string]: Json };
}

export interface ModelConfig {
  readonly backbone: BackboneConfig;
  readonly head: readonly LayerConfig[];
}

export interface BackboneConfig {
  /** Where the layers come from. */
  readonly from:
    | { readonly kind: 'named'; readonly name: string; readonly alpha: number }
    | { readonly kind: 'layers'; readonly layers: readonly LayerConfig[] }
    | { readonly kind: 'model'; readonly path: string }
    | { readonly kind: 'run'; readonly run: string };
  /** `imagenet`, `random`, or a path or URL of a weight file; `null`: the weights that `model` or `run` carry. */
  readonly weights: string | null;
  /** Height, width, channels; `null`: as `model` or `run` say. */
  readonly inputShape: readonly [number, number, number] | null;
  /** The layer that ends the backbone; `null`: its last. */
  readonly cut: string | null;
}

/** One layer; `inputs` names the layers that it reads, `null`: the layer before it. */
export interface LayerConfig {
  readonly kind: string;
  readonly name: string;
  readonly args: LayerArgs;
  readonly inputs: readonly string[] | null;
}

/** A layer's arguments under tfjs-layers' names, without `name`. */
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
  /** Gradients of so many batches are averaged before one update. */
  readonly gradientAccumulation: number;
  readonly optimizer: OptimizerConfig;
  /** Layer name or glob to a factor on the learning rate of its weights. */
  readonly learningRateScale: { readonly [layers: string]: number };
  readonly earlyStopping: EarlyStoppingConfig | null;
  readonly reduceOnPlateau: ReduceOnPlateauConfig | null;
  readonly ema: { readonly momentum: number } | null;
}

/** `backbone`, `head`, a layer name or glob, or every layer of the model up to one. */
export type FreezePattern = string | { readonly upTo: string };

export interface OptimizerConfig {
  readonly name: 'sgd' | 'adam' | 'adamw' | 'rmsprop' | 'adagrad' | 'adadelta' | 'adamax' | 'nadam';
  readonly learningRate: number | ScheduleConfig;
  readonly weightDecay: number | null;
  readonly clipNorm: number | null;
  readonly globalClipNorm: number | null;
  readonly clipValue: number | null;
  /** The optimizer's own arguments under Keras' names in camelCase (beta1, epsilon, momentum, …). */
  readonly args: { readonly [key: string]: number | boolean };
}

/** A learning rate that changes with the step. */
export interface ScheduleConfig {
  readonly schedule:
    | 'constant'
    | 'cosine'
    | 'exponential'
    | 'piecewise'
    | 'polynomial'
    | 'oneCycle';
  /** The schedule's own arguments, e.g. `{ initial: 0.01, alpha: 0 }`. */
  readonly args: { readonly [key: string]: Json };
  /** Linear warmup from `from` to the schedule's first value. */
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

/** When the state of training is saved: at the earliest of those that are not `null`, and where a phase ends. */
export interface CheckpointConfig {
  readonly everyEpochs: number | null;
  /** Batches. */
  readonly everySteps: number | null;
  readonly everyMinutes: number | null;
  /** Whether they stay when the run has finished. */
  readonly keep: boolean;
}

/** What a loss that is NaN or infinite does: it stops the run once training went back so often. */
export interface NonFiniteConfig {
  readonly retries: number;
  /** On the learning rate, each time. */
  readonly factor: number;
}

/** What the frozen layers before the first trained one make of the images. */
export interface FeaturesConfig {
  /** `auto`: computed once, wherever that does not change the result; `off`: for each batch. */
  readonly cache: 'auto' | 'off';
  /** How they are kept. */
  readonly dtype: 'float32' | 'float16';
}

export interface EvaluateConfig {
  /** Test-time augmentation: `flip` averages the probabilities of a image and its mirror image. */
  readonly tta: 'none' | 'flip';
}
