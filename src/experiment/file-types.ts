// Made from schemas/experiment.schema.json by schemas/generate.ts: change those.
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated

/**
 * One random change of the training images. A bare number or string stands for its argument, e.g. `cutout: 8`.
 */
export type Augmentation =
  | (
      | 'flip'
      | 'crop'
      | 'rotate'
      | 'zoom'
      | 'translate'
      | 'brightness'
      | 'contrast'
      | 'colorJitter'
      | 'cutout'
      | 'randomErasing'
      | 'mixup'
      | 'cutmix'
    )
  | {
      /**
       * Mirrors every other image.
       */
      flip?:
        | ('horizontal' | 'vertical' | 'horizontalAndVertical')
        | {
            /**
             * Which way.
             */
            direction?: 'horizontal' | 'vertical' | 'horizontalAndVertical';
          };
      /**
       * Cuts out a random place of the image surrounded by black pixels.
       */
      crop?:
        | number
        | {
            /**
             * Pixels on each side.
             */
            padding?: number;
          };
      /**
       * Turns images around their middle; what comes from beyond the edge is mirrored.
       */
      rotate?:
        | number
        | {
            /**
             * The greatest angle either way, as a part of a full turn.
             */
            factor?: number;
          };
      /**
       * Shows more or less of images; what comes from beyond the edge is mirrored.
       */
      zoom?:
        | number
        | {
            /**
             * The greatest change of what is shown, as a part of the image.
             */
            factor?: number;
          };
      /**
       * Moves images; what comes from beyond the edge is mirrored.
       */
      translate?:
        | number
        | {
            /**
             * The greatest distance either way, as a part of the image.
             */
            factor?: number;
          };
      /**
       * Makes images randomly lighter or darker.
       */
      brightness?:
        | number
        | {
            /**
             * The greatest change, as a part of the full range.
             */
            factor?: number;
          };
      /**
       * Makes the contrast of images randomly stronger or weaker.
       */
      contrast?:
        | number
        | {
            /**
             * The greatest change of the contrast, which is 1.
             */
            factor?: number;
          };
      /**
       * Changes brightness, contrast, saturation and hue of images.
       */
      colorJitter?: {
        /**
         * The greatest change of the brightness, which is 1.
         */
        brightness?: number;
        /**
         * The greatest change of the contrast, which is 1.
         */
        contrast?: number;
        /**
         * The greatest change of the saturation, which is 1.
         */
        saturation?: number;
        /**
         * The greatest turn of the hues either way, as a part of the colour circle.
         */
        hue?: number;
      };
      /**
       * Blackens a square at a random place.
       */
      cutout?:
        | number
        | {
            /**
             * Pixels on each side of the square.
             */
            size?: number;
          };
      /**
       * Fills a rectangle at a random place with noise.
       */
      randomErasing?:
        | number
        | {
            /**
             * Part of the images that are changed.
             */
            probability?: number;
            /**
             * The smallest rectangle, as a part of the image.
             */
            minArea?: number;
            /**
             * The largest rectangle, as a part of the image.
             */
            maxArea?: number;
          };
      /**
       * Blends each image and its label with another of the batch.
       */
      mixup?:
        | number
        | {
            /**
             * Parameter of the Beta distribution that weights are drawn from.
             */
            alpha?: number;
          };
      /**
       * Puts a rectangle of another image of the batch into each, and mixes their labels by its area.
       */
      cutmix?:
        | number
        | {
            /**
             * Parameter of the Beta distribution that areas are drawn from.
             */
            alpha?: number;
          };
    };
/**
 * Layers, each reading the one before it unless `inputs` says otherwise.
 */
export type Layers = Layer[];
/**
 * One layer: its kind, or its kind with arguments. A bare number or string stands for the main argument, e.g. `dropout: 0.25`.
 */
export type Layer =
  | (
      | 'batchNormalization'
      | 'flatten'
      | 'globalAveragePooling2d'
      | 'globalMaxPooling2d'
      | 'maxPooling2d'
      | 'averagePooling2d'
      | 'reLU'
      | 'leakyReLU'
      | 'elu'
      | 'softmax'
      | 'layerNormalization'
      | 'normalization'
      | 'zeroPadding2d'
      | 'cropping2d'
      | 'upSampling2d'
      | 'add'
      | 'multiply'
      | 'average'
      | 'maximum'
      | 'concatenate'
    )
  | {
      dense?: Dense;
      dropout?: Dropout;
      batchNormalization?: BatchNormalization;
      flatten?: Flatten;
      globalAveragePooling2d?: GlobalAveragePooling2D;
      globalMaxPooling2d?: GlobalMaxPooling2D;
      conv2d?: Conv2D;
      separableConv2d?: SeparableConv2D;
      depthwiseConv2d?: DepthwiseConv2D;
      conv2dTranspose?: Conv2DTranspose;
      maxPooling2d?: MaxPooling2D;
      averagePooling2d?: AveragePooling2D;
      activation?: Activation;
      reLU?: ReLU;
      leakyReLU?: LeakyReLU;
      elu?: Elu;
      softmax?: Softmax;
      gaussianNoise?: GaussianNoise;
      gaussianDropout?: GaussianDropout;
      spatialDropout2d?: SpatialDropout2D;
      layerNormalization?: LayerNormalization;
      normalization?: Normalization;
      rescaling?: Rescaling;
      reshape?: Reshape;
      permute?: Permute;
      zeroPadding2d?: ZeroPadding2D;
      cropping2d?: Cropping2D;
      upSampling2d?: UpSampling2D;
      add?: Add;
      multiply?: Multiply;
      average?: Average;
      maximum?: Maximum;
      concatenate?: Concatenate;
    };
/**
 * Densely connected layer: `activation(input · kernel + bias)`.
 */
export type Dense =
  | number
  | {
      /**
       * Size of the output.
       */
      units: number;
      /**
       * Activation function of the output.
       */
      activation?: ActivationName;
      /**
       * Whether a bias is added.
       */
      useBias?: boolean;
      /**
       * Initializer of the kernel.
       */
      kernelInitializer?: Initializer;
      /**
       * Initializer of the bias.
       */
      biasInitializer?: Initializer;
      /**
       * Penalty on the kernel, added to the loss. Default: none.
       */
      kernelRegularizer?: Regularizer;
      /**
       * Penalty on the bias, added to the loss. Default: none.
       */
      biasRegularizer?: Regularizer;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Sets a random part of its input to 0 during training and scales the rest up.
 */
export type Dropout =
  | number
  | {
      /**
       * The part that is dropped.
       */
      rate: number;
      /**
       * Shape of the random mask, batch axis first; `null` is the input's own size, 1 shares one draw along the axis. Default: the input's shape.
       *
       * Items: Size of one axis.
       */
      noiseShape?: (number | null)[];
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Normalizes each channel over the batch; where it is frozen, by its running statistics.
 */
export type BatchNormalization =
  | number
  | {
      /**
       * Of the running mean and variance.
       */
      momentum?: number;
      /**
       * Added to the variance.
       */
      epsilon?: number;
      /**
       * Whether `beta` is added.
       */
      center?: boolean;
      /**
       * Whether the result is multiplied by `gamma`.
       */
      scale?: boolean;
      /**
       * Initializer of the offset `beta`.
       */
      betaInitializer?: Initializer;
      /**
       * Initializer of the factor `gamma`.
       */
      gammaInitializer?: Initializer;
      /**
       * Initializer of the running mean.
       */
      movingMeanInitializer?: Initializer;
      /**
       * Initializer of the running variance.
       */
      movingVarianceInitializer?: Initializer;
      /**
       * Penalty on the offset `beta`, added to the loss. Default: none.
       */
      betaRegularizer?: Regularizer;
      /**
       * Penalty on the factor `gamma`, added to the loss. Default: none.
       */
      gammaRegularizer?: Regularizer;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Convolves each channel by itself.
 */
export type DepthwiseConv2D =
  | Pair
  | {
      /**
       * Height and width of the window.
       */
      kernelSize: Pair;
      /**
       * Step of the window in height and width.
       */
      strides?: Pair;
      /**
       * `valid`: no padding; `same`: zeros around the image, so that strides of 1 keep its size.
       */
      padding?: PaddingMode;
      /**
       * Distance between the points of the window; not together with strides.
       */
      dilationRate?: Pair;
      /**
       * Output channels for each input channel.
       */
      depthMultiplier?: number;
      /**
       * Activation function of the output.
       */
      activation?: ActivationName;
      /**
       * Whether a bias is added.
       */
      useBias?: boolean;
      /**
       * Initializer of the bias.
       */
      biasInitializer?: Initializer;
      /**
       * Penalty on the bias, added to the loss. Default: none.
       */
      biasRegularizer?: Regularizer;
      /**
       * Initializer of the kernel.
       */
      depthwiseInitializer?: Initializer;
      /**
       * Penalty on the kernel, added to the loss. Default: none.
       */
      depthwiseRegularizer?: Regularizer;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * The greatest number in each window.
 */
export type MaxPooling2D =
  | Pair
  | {
      /**
       * Height and width of the window.
       */
      poolSize?: Pair;
      /**
       * Step of the window in height and width. Default: the window.
       */
      strides?: Pair;
      /**
       * `valid`: no padding; `same`: zeros around the image, so that strides of 1 keep its size.
       */
      padding?: PaddingMode;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * The mean of each window.
 */
export type AveragePooling2D =
  | Pair
  | {
      /**
       * Height and width of the window.
       */
      poolSize?: Pair;
      /**
       * Step of the window in height and width. Default: the window.
       */
      strides?: Pair;
      /**
       * `valid`: no padding; `same`: zeros around the image, so that strides of 1 keep its size.
       */
      padding?: PaddingMode;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Applies an activation function.
 */
export type Activation =
  | ActivationName
  | {
      /**
       * The activation function.
       */
      activation: ActivationName;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * `max(0, x)`, cut off at `maxValue`.
 */
export type ReLU =
  | number
  | {
      /**
       * The greatest output. Default: none.
       */
      maxValue?: number;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * `x` above 0, `alpha · x` below.
 */
export type LeakyReLU =
  | number
  | {
      /**
       * Slope below 0.
       */
      alpha?: number;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * `x` above 0, `alpha · (eˣ - 1)` below.
 */
export type Elu =
  | number
  | {
      /**
       * Scale below 0.
       */
      alpha?: number;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Probabilities that sum to 1 along an axis.
 */
export type Softmax =
  | number
  | {
      /**
       * The axis, counted from the batch axis, or -1 for the last.
       */
      axis?: number;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Adds Gaussian noise during training.
 */
export type GaussianNoise =
  | number
  | {
      /**
       * Standard deviation of the noise.
       */
      stddev: number;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Multiplies by Gaussian noise of mean 1 during training.
 */
export type GaussianDropout =
  | number
  | {
      /**
       * Variance of the noise is `rate / (1 - rate)`.
       */
      rate: number;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Drops whole channels during training.
 */
export type SpatialDropout2D =
  | number
  | {
      /**
       * The part of the channels that is dropped.
       */
      rate: number;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Normalizes each image over its last axis.
 */
export type LayerNormalization =
  | number
  | {
      /**
       * Added to the variance.
       */
      epsilon?: number;
      /**
       * Whether `beta` is added.
       */
      center?: boolean;
      /**
       * Whether the result is multiplied by `gamma`.
       */
      scale?: boolean;
      /**
       * Initializer of the offset `beta`.
       */
      betaInitializer?: Initializer;
      /**
       * Initializer of the factor `gamma`.
       */
      gammaInitializer?: Initializer;
      /**
       * Penalty on the offset `beta`, added to the loss. Default: none.
       */
      betaRegularizer?: Regularizer;
      /**
       * Penalty on the factor `gamma`, added to the loss. Default: none.
       */
      gammaRegularizer?: Regularizer;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Gives each image another shape of as many numbers.
 */
export type Reshape =
  | number[]
  | {
      /**
       * The shape without the batch axis; -1 once for what is left.
       *
       * Items: Size of one axis.
       */
      targetShape: number[];
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Exchanges axes.
 */
export type Permute =
  | number[]
  | {
      /**
       * The axes in their new order, counted from 1.
       *
       * Items: One axis.
       */
      dims: number[];
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Zeros around the image.
 */
export type ZeroPadding2D =
  | Border
  | {
      /**
       * How many rows and columns.
       */
      padding?: Border;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Cuts rows and columns off.
 */
export type Cropping2D =
  | Border
  | {
      /**
       * How many rows and columns.
       */
      cropping?: Border;
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Repeats rows and columns.
 */
export type UpSampling2D =
  | Pair
  | {
      /**
       * Factor in height and width.
       */
      size?: Pair;
      /**
       * How pixels between are found.
       */
      interpolation?: 'nearest' | 'bilinear';
      /**
       * The layer's name, unique in the model. Default: Keras' automatic name.
       */
      name?: LayerName;
      /**
       * Names of the layers that it reads. Default: the layer before it.
       */
      inputs?: LayerInputs;
    };
/**
 * Name of a layer.
 */
export type LayerName = string;
/**
 * Names of layers, or `input` for the images.
 */
export type LayerInputs = LayerName[];
/**
 * An activation function, under Keras' name.
 */
export type ActivationName =
  | 'linear'
  | 'relu'
  | 'relu6'
  | 'elu'
  | 'selu'
  | 'sigmoid'
  | 'silu'
  | 'swish'
  | 'gelu'
  | 'mish'
  | 'softmax'
  | 'logSoftmax'
  | 'softplus'
  | 'softsign'
  | 'tanh';
/**
 * What a weight begins as.
 */
export type Initializer =
  | (
      | 'zeros'
      | 'ones'
      | 'constant'
      | 'randomUniform'
      | 'randomNormal'
      | 'truncatedNormal'
      | 'orthogonal'
      | 'glorotUniform'
      | 'glorotNormal'
      | 'heUniform'
      | 'heNormal'
      | 'lecunUniform'
      | 'lecunNormal'
      | 'varianceScaling'
    )
  | {
      /**
       * One value everywhere.
       */
      constant?: {
        /**
         * The value.
         */
        value?: number;
      };
      /**
       * Uniformly random.
       */
      randomUniform?: {
        /**
         * The least value.
         */
        minval?: number;
        /**
         * The greatest value.
         */
        maxval?: number;
      };
      /**
       * Normally distributed.
       */
      randomNormal?: {
        /**
         * Mean.
         */
        mean?: number;
        /**
         * Standard deviation.
         */
        stddev?: number;
      };
      /**
       * Normally distributed, cut off at two standard deviations.
       */
      truncatedNormal?: {
        /**
         * Mean.
         */
        mean?: number;
        /**
         * Standard deviation.
         */
        stddev?: number;
      };
      /**
       * A random orthogonal matrix.
       */
      orthogonal?: {
        /**
         * Its factor.
         */
        gain?: number;
      };
      /**
       * Scaled by the number of inputs or outputs.
       */
      varianceScaling?: {
        /**
         * Factor on the variance.
         */
        scale?: number;
        /**
         * What the variance is divided by.
         */
        mode?: 'fanIn' | 'fanOut' | 'fanAvg';
        /**
         * The distribution.
         */
        distribution?: 'truncatedNormal' | 'uniform';
      };
    };
/**
 * A penalty `l1 · Σ|w| + l2 · Σw²`.
 */
export type Regularizer =
  | ('l1' | 'l2')
  | {
      /**
       * Factor of the sum of absolute values.
       */
      l1?: number;
      /**
       * Factor of the sum of squares.
       */
      l2?: number;
    };
/**
 * What happens at the edge of the image.
 */
export type PaddingMode = 'valid' | 'same';
/**
 * A number for height and width, or one for each.
 */
export type Pair = number | [number, number];
/**
 * `n` on all sides, `[height, width]`, or `[[top, bottom], [left, right]]`.
 */
export type Border = number | [number | [number, number], number | [number, number]];
/**
 * What training makes small.
 */
export type Loss =
  | ('categoricalCrossentropy' | 'binaryCrossentropy' | 'focal' | 'mse')
  | (CategoricalCrossentropyLoss | BinaryCrossentropyLoss | FocalLoss | MseLoss);
/**
 * A figure measured after each epoch.
 */
export type Metric =
  | ('accuracy' | 'topK' | 'mse' | 'auc' | 'precision' | 'recall' | 'f1')
  | {
      /**
       * k.
       */
      topK: number;
    };
/**
 * `backbone`, `head`, a layer's name, a glob such as `block1_*`, or all layers up to one.
 */
export type FreezePattern =
  | string
  | {
      /**
       * Name of the last frozen layer.
       */
      upTo: string;
    };
/**
 * An optimizer, with Keras' arithmetic and defaults.
 */
export type Optimizer =
  | ('sgd' | 'adam' | 'adamw' | 'rmsprop' | 'adagrad' | 'adadelta' | 'adamax' | 'nadam')
  | (Sgd | Adam | Adamw | Rmsprop | Adagrad | Adadelta | Adamax | Nadam);
/**
 * A rate, or a schedule of rates.
 */
export type LearningRate = number | Schedule;
/**
 * A learning rate that changes from step to step; a step is one batch.
 */
export type Schedule =
  | ConstantSchedule
  | CosineSchedule
  | ExponentialSchedule
  | PiecewiseSchedule
  | PolynomialSchedule
  | OneCycleSchedule;
/**
 * A linear rise to the schedule's first rate, before the schedule begins.
 */
export type Warmup =
  | number
  | {
      /**
       * Steps.
       */
      steps: number;
      /**
       * The rate at first.
       */
      from?: number;
    }
  | null;
/**
 * Ends the phase when a figure no longer gets better (Keras' EarlyStopping).
 */
export type EarlyStopping = {
  /**
   * `loss` or a metric; with `val_` before it, of the validation part.
   */
  monitor?: string;
  /**
   * Whether less or more is better. Default: `minimize` for `loss` and `mse`, `maximize` for the others.
   */
  goal?: 'minimize' | 'maximize';
  /**
   * Epochs without improvement after which the phase ends.
   */
  patience?: number;
  /**
   * What counts as improvement at least.
   */
  minDelta?: number;
  /**
   * Whether the phase ends with the weights of its best epoch.
   */
  restoreBest?: boolean;
} | null;
/**
 * Lowers the learning rate when a figure no longer gets better (Keras' ReduceLROnPlateau).
 */
export type ReduceOnPlateau = {
  /**
   * `loss` or a metric; with `val_` before it, of the validation part.
   */
  monitor?: string;
  /**
   * Whether less or more is better. Default: `minimize` for `loss` and `mse`, `maximize` for the others.
   */
  goal?: 'minimize' | 'maximize';
  /**
   * What the rate is multiplied by.
   */
  factor?: number;
  /**
   * Epochs without improvement after which the rate is lowered.
   */
  patience?: number;
  /**
   * What counts as improvement at least.
   */
  minDelta?: number;
  /**
   * Epochs to wait after the rate was lowered.
   */
  cooldown?: number;
  /**
   * The least rate.
   */
  minLearningRate?: number;
} | null;
/**
 * Ends the phase with the exponential moving average of the weights (Keras' `use_ema`).
 */
export type Ema =
  | number
  | {
      /**
       * Of the average.
       */
      momentum?: number;
    }
  | null;

/**
 * An experiment file of cifar-run: data, backbone, head, phases and sweep.
 */
export interface ExperimentFile {
  /**
   * The experiment's name, and that of its folder in `runs/`. Default: the file's name.
   */
  name?: string;
  /**
   * Another experiment file, relative to this one, that this one changes: maps merge, lists replace, `phases` merge by name.
   */
  extends?: string;
  /**
   * Values that `${name}` stands for anywhere in the file.
   */
  vars?: {
    /**
     * A value.
     */
    [k: string]: unknown;
  };
  /**
   * Root of all random numbers.
   */
  seed?: number;
  data: Data;
  model: Model;
  loss?: Loss;
  /**
   * What is measured beside the loss.
   */
  metrics?: Metric[];
  /**
   * What is trained, one phase after another.
   */
  phases: Phase[];
  features?: Features;
  checkpoint?: Checkpoint;
  /**
   * What a loss that is NaN or infinite does: `stop` ends the run with an error that says where it began; a map goes back to the last checkpoint and goes on at a lower learning rate.
   */
  onNonFinite?: 'stop' | Retries;
  evaluate?: Evaluate;
  sweep?: Sweep;
  launcher?: Launcher;
}
/**
 * The images.
 */
export interface Data {
  /**
   * A data set: `cifar10`, `cifar100`, `mnist`, `fashion-mnist`, `digits`, or your own images: `folder` of class folders, or `csv`, a table with the columns path, label and, if given, split.
   */
  dataset: string;
  /**
   * Path of the data, relative to this file, or its URL. Default: the data set's own place.
   */
  source?: string | null;
  /**
   * Names of the classes to keep, in the order of their labels. Default: all.
   */
  classes?: string[] | null;
  /**
   * At most so many images, spread evenly over the classes. Default: all.
   */
  limit?:
    | number
    | {
        /**
         * At most so many images of the training part.
         */
        train?: number | null;
        /**
         * At most so many images of the validation part.
         */
        validation?: number | null;
      }
    | null;
  /**
   * `test`: the data set's own held-out part; a number: that fraction of the training part, stratified and drawn by `seed`.
   */
  validation?: 'test' | number;
  /**
   * What a image that cannot be read does: `stop` ends the run and names it, `skip` leaves it out and counts it.
   */
  broken?: 'stop' | 'skip';
  /**
   * How pixels are scaled, as in keras.applications: `caffe`, `torch` and `tf` are its modes, `scale` divides by 255. Default: what the named backbone's ImageNet weights were trained with; `scale` for any other.
   */
  preprocess?: 'caffe' | 'torch' | 'tf' | 'scale' | 'none';
  /**
   * How often an epoch takes each training image: `uniform`, once; `balanced`, as many images, but all classes equally often.
   */
  sampling?: 'uniform' | 'balanced';
  /**
   * Factors on the training loss of the classes, as Keras' `class_weight`. Default: none.
   */
  classWeights?:
    | 'balanced'
    | {
        /**
         * Factor on the loss of the class.
         */
        [k: string]: number;
      }
    | null;
  /**
   * Random changes of the training images, in this order.
   */
  augment?: Augmentation[];
}
/**
 * The network.
 */
export interface Model {
  backbone: Backbone;
  /**
   * Layers that follow the backbone; the last one gives one number for each class.
   */
  head: Layers;
}
/**
 * What images become features in. Exactly one of `name`, `layers`, `model` and `run` says where its layers come from.
 */
export interface Backbone {
  /**
   * A network of keras.applications without its top.
   */
  name?:
    'vgg16' | 'vgg19' | 'resnet50' | 'resnet50v2' | 'mobilenet' | 'mobilenetV2' | 'efficientnetB0';
  /**
   * Width multiplier of `mobilenet` and `mobilenetV2`.
   */
  alpha?: number;
  /**
   * Layers of one's own.
   */
  layers?: Layers;
  /**
   * Path of a tfjs layers model (`model.json`) or a Keras `.h5` or `.keras` file, relative to this file.
   */
  model?: string;
  /**
   * An earlier run: `quickstart/latest`, `quickstart/best:val_accuracy`, or without the experiment `latest`, `latest~1` for the one before, an id or the beginning of one; or the path of its folder.
   */
  run?: string;
  /**
   * `imagenet`, `random`, or a path (relative to this file) or URL of a `.h5`, `.keras`, `.safetensors` or `model.json` file. Default: `imagenet` with `name`, `random` with `layers`, those that they carry with `model` and `run`.
   */
  weights?: string | null;
  /**
   * Height, width and channels. Default: the data set's own; with `name` and images of any size [224, 224, 3]; with `model` and `run` theirs.
   *
   * @minItems 3
   * @maxItems 3
   */
  inputShape?: [number, number, number] | null;
  /**
   * The layer that ends the backbone. Default: its last one.
   */
  cut?: string | null;
}
/**
 * Makes one list of numbers of each image.
 */
export interface Flatten {
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * The mean of each channel.
 */
export interface GlobalAveragePooling2D {
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * The greatest number of each channel.
 */
export interface GlobalMaxPooling2D {
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * Convolution over height and width.
 */
export interface Conv2D {
  /**
   * Number of output channels.
   */
  filters: number;
  /**
   * Height and width of the window.
   */
  kernelSize: Pair;
  /**
   * Step of the window in height and width.
   */
  strides?: Pair;
  /**
   * `valid`: no padding; `same`: zeros around the image, so that strides of 1 keep its size.
   */
  padding?: PaddingMode;
  /**
   * Distance between the points of the window; not together with strides.
   */
  dilationRate?: Pair;
  /**
   * Activation function of the output.
   */
  activation?: ActivationName;
  /**
   * Whether a bias is added.
   */
  useBias?: boolean;
  /**
   * Initializer of the bias.
   */
  biasInitializer?: Initializer;
  /**
   * Penalty on the bias, added to the loss. Default: none.
   */
  biasRegularizer?: Regularizer;
  /**
   * Initializer of the kernel.
   */
  kernelInitializer?: Initializer;
  /**
   * Penalty on the kernel, added to the loss. Default: none.
   */
  kernelRegularizer?: Regularizer;
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * A depthwise convolution, then a pointwise one.
 */
export interface SeparableConv2D {
  /**
   * Number of output channels.
   */
  filters: number;
  /**
   * Height and width of the window.
   */
  kernelSize: Pair;
  /**
   * Step of the window in height and width.
   */
  strides?: Pair;
  /**
   * `valid`: no padding; `same`: zeros around the image, so that strides of 1 keep its size.
   */
  padding?: PaddingMode;
  /**
   * Distance between the points of the window; not together with strides.
   */
  dilationRate?: Pair;
  /**
   * Depthwise output channels for each input channel.
   */
  depthMultiplier?: number;
  /**
   * Activation function of the output.
   */
  activation?: ActivationName;
  /**
   * Whether a bias is added.
   */
  useBias?: boolean;
  /**
   * Initializer of the bias.
   */
  biasInitializer?: Initializer;
  /**
   * Penalty on the bias, added to the loss. Default: none.
   */
  biasRegularizer?: Regularizer;
  /**
   * Initializer of the depthwise kernel.
   */
  depthwiseInitializer?: Initializer;
  /**
   * Penalty on the depthwise kernel, added to the loss. Default: none.
   */
  depthwiseRegularizer?: Regularizer;
  /**
   * Initializer of the pointwise kernel.
   */
  pointwiseInitializer?: Initializer;
  /**
   * Penalty on the pointwise kernel, added to the loss. Default: none.
   */
  pointwiseRegularizer?: Regularizer;
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * Transposed convolution, which makes images larger.
 */
export interface Conv2DTranspose {
  /**
   * Number of output channels.
   */
  filters: number;
  /**
   * Height and width of the window.
   */
  kernelSize: Pair;
  /**
   * Step of the window in height and width.
   */
  strides?: Pair;
  /**
   * `valid`: no padding; `same`: zeros around the image, so that strides of 1 keep its size.
   */
  padding?: PaddingMode;
  /**
   * Activation function of the output.
   */
  activation?: ActivationName;
  /**
   * Whether a bias is added.
   */
  useBias?: boolean;
  /**
   * Initializer of the bias.
   */
  biasInitializer?: Initializer;
  /**
   * Penalty on the bias, added to the loss. Default: none.
   */
  biasRegularizer?: Regularizer;
  /**
   * Initializer of the kernel.
   */
  kernelInitializer?: Initializer;
  /**
   * Penalty on the kernel, added to the loss. Default: none.
   */
  kernelRegularizer?: Regularizer;
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * Subtracts a mean and divides by a deviation that come from a weight file.
 */
export interface Normalization {
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * `x · scale + offset`.
 */
export interface Rescaling {
  /**
   * The factor.
   */
  scale: number | number[];
  /**
   * The offset.
   */
  offset?: number | number[];
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * The sum of its inputs.
 */
export interface Add {
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * The product of its inputs.
 */
export interface Multiply {
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * The mean of its inputs.
 */
export interface Average {
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * The greatest of its inputs, element by element.
 */
export interface Maximum {
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * Joins its inputs along the last axis.
 */
export interface Concatenate {
  /**
   * The last axis.
   */
  axis?: number;
  /**
   * The layer's name, unique in the model. Default: Keras' automatic name.
   */
  name?: LayerName;
  /**
   * Names of the layers that it reads. Default: the layer before it.
   */
  inputs?: LayerInputs;
}
/**
 * Cross-entropy of one class among several.
 */
export interface CategoricalCrossentropyLoss {
  /**
   * Its name.
   */
  name: 'categoricalCrossentropy';
  /**
   * How far labels are moved towards the uniform distribution.
   */
  labelSmoothing?: number;
}
/**
 * Cross-entropy of each class by itself.
 */
export interface BinaryCrossentropyLoss {
  /**
   * Its name.
   */
  name: 'binaryCrossentropy';
  /**
   * How far labels are moved towards the uniform distribution.
   */
  labelSmoothing?: number;
}
/**
 * Cross-entropy that counts what is already right less (Lin et al. 2017).
 */
export interface FocalLoss {
  /**
   * Its name.
   */
  name: 'focal';
  /**
   * How far labels are moved towards the uniform distribution.
   */
  labelSmoothing?: number;
  /**
   * Focusing parameter.
   */
  gamma?: number;
  /**
   * Class balance.
   */
  alpha?: number;
}
/**
 * Mean squared error of the probabilities.
 */
export interface MseLoss {
  /**
   * Its name.
   */
  name: 'mse';
}
/**
 * One stretch of training.
 */
export interface Phase {
  /**
   * Unique among the phases.
   */
  name: string;
  /**
   * What does not learn.
   */
  freeze?: FreezePattern[];
  /**
   * How many times all training images are seen.
   */
  epochs: number;
  /**
   * Images in one step.
   */
  batchSize?: number;
  /**
   * Gradients of so many batches are averaged before one update.
   */
  gradientAccumulation?: number;
  optimizer: Optimizer;
  /**
   * Layer name or glob to a factor on the learning rate of its weights, e.g. `{ block5_*: 0.1 }`.
   */
  learningRateScale?: {
    /**
     * The factor.
     */
    [k: string]: number;
  };
  earlyStopping?: EarlyStopping;
  reduceOnPlateau?: ReduceOnPlateau;
  ema?: Ema;
}
/**
 * Gradient descent.
 */
export interface Sgd {
  /**
   * Its name.
   */
  name: 'sgd';
  /**
   * A rate, or a schedule of rates.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * The greatest norm of each weight's gradient. At most one of the three.
   */
  clipNorm?: number | null;
  /**
   * The greatest norm of all gradients together. At most one of the three.
   */
  globalClipNorm?: number | null;
  /**
   * The greatest absolute value of a gradient's elements. At most one of the three.
   */
  clipValue?: number | null;
  /**
   * Momentum.
   */
  momentum?: number;
  /**
   * Whether momentum is Nesterov's.
   */
  nesterov?: boolean;
}
/**
 * Kingma and Ba 2015.
 */
export interface Adam {
  /**
   * Its name.
   */
  name: 'adam';
  /**
   * A rate, or a schedule of rates.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * The greatest norm of each weight's gradient. At most one of the three.
   */
  clipNorm?: number | null;
  /**
   * The greatest norm of all gradients together. At most one of the three.
   */
  globalClipNorm?: number | null;
  /**
   * The greatest absolute value of a gradient's elements. At most one of the three.
   */
  clipValue?: number | null;
  /**
   * Decay of the first moment.
   */
  beta1?: number;
  /**
   * Decay of the second moment.
   */
  beta2?: number;
  /**
   * Keeps from dividing by 0.
   */
  epsilon?: number;
  /**
   * Whether the greatest second moment so far is used (Reddi et al. 2018).
   */
  amsgrad?: boolean;
}
/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019).
 */
export interface Adamw {
  /**
   * Its name.
   */
  name: 'adamw';
  /**
   * A rate, or a schedule of rates.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * The greatest norm of each weight's gradient. At most one of the three.
   */
  clipNorm?: number | null;
  /**
   * The greatest norm of all gradients together. At most one of the three.
   */
  globalClipNorm?: number | null;
  /**
   * The greatest absolute value of a gradient's elements. At most one of the three.
   */
  clipValue?: number | null;
  /**
   * Decay of the first moment.
   */
  beta1?: number;
  /**
   * Decay of the second moment.
   */
  beta2?: number;
  /**
   * Keeps from dividing by 0.
   */
  epsilon?: number;
  /**
   * Whether the greatest second moment so far is used (Reddi et al. 2018).
   */
  amsgrad?: boolean;
}
/**
 * Tieleman and Hinton 2012.
 */
export interface Rmsprop {
  /**
   * Its name.
   */
  name: 'rmsprop';
  /**
   * A rate, or a schedule of rates.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * The greatest norm of each weight's gradient. At most one of the three.
   */
  clipNorm?: number | null;
  /**
   * The greatest norm of all gradients together. At most one of the three.
   */
  globalClipNorm?: number | null;
  /**
   * The greatest absolute value of a gradient's elements. At most one of the three.
   */
  clipValue?: number | null;
  /**
   * Decay of the mean square.
   */
  rho?: number;
  /**
   * Momentum.
   */
  momentum?: number;
  /**
   * Keeps from dividing by 0.
   */
  epsilon?: number;
  /**
   * Whether the mean gradient is subtracted.
   */
  centered?: boolean;
}
/**
 * Duchi et al. 2011.
 */
export interface Adagrad {
  /**
   * Its name.
   */
  name: 'adagrad';
  /**
   * A rate, or a schedule of rates.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * The greatest norm of each weight's gradient. At most one of the three.
   */
  clipNorm?: number | null;
  /**
   * The greatest norm of all gradients together. At most one of the three.
   */
  globalClipNorm?: number | null;
  /**
   * The greatest absolute value of a gradient's elements. At most one of the three.
   */
  clipValue?: number | null;
  /**
   * What the sums of squares begin as.
   */
  initialAccumulatorValue?: number;
  /**
   * Keeps from dividing by 0.
   */
  epsilon?: number;
}
/**
 * Zeiler 2012.
 */
export interface Adadelta {
  /**
   * Its name.
   */
  name: 'adadelta';
  /**
   * A rate, or a schedule of rates.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * The greatest norm of each weight's gradient. At most one of the three.
   */
  clipNorm?: number | null;
  /**
   * The greatest norm of all gradients together. At most one of the three.
   */
  globalClipNorm?: number | null;
  /**
   * The greatest absolute value of a gradient's elements. At most one of the three.
   */
  clipValue?: number | null;
  /**
   * Decay of the mean squares.
   */
  rho?: number;
  /**
   * Keeps from dividing by 0.
   */
  epsilon?: number;
}
/**
 * Adam with the infinity norm (Kingma and Ba 2015).
 */
export interface Adamax {
  /**
   * Its name.
   */
  name: 'adamax';
  /**
   * A rate, or a schedule of rates.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * The greatest norm of each weight's gradient. At most one of the three.
   */
  clipNorm?: number | null;
  /**
   * The greatest norm of all gradients together. At most one of the three.
   */
  globalClipNorm?: number | null;
  /**
   * The greatest absolute value of a gradient's elements. At most one of the three.
   */
  clipValue?: number | null;
  /**
   * Decay of the first moment.
   */
  beta1?: number;
  /**
   * Decay of the second moment.
   */
  beta2?: number;
  /**
   * Keeps from dividing by 0.
   */
  epsilon?: number;
}
/**
 * Adam with Nesterov momentum (Dozat 2016).
 */
export interface Nadam {
  /**
   * Its name.
   */
  name: 'nadam';
  /**
   * A rate, or a schedule of rates.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * The greatest norm of each weight's gradient. At most one of the three.
   */
  clipNorm?: number | null;
  /**
   * The greatest norm of all gradients together. At most one of the three.
   */
  globalClipNorm?: number | null;
  /**
   * The greatest absolute value of a gradient's elements. At most one of the three.
   */
  clipValue?: number | null;
  /**
   * Decay of the first moment.
   */
  beta1?: number;
  /**
   * Decay of the second moment.
   */
  beta2?: number;
  /**
   * Keeps from dividing by 0.
   */
  epsilon?: number;
}
/**
 * The same rate at every step; of use with a warmup.
 */
export interface ConstantSchedule {
  /**
   * Its name.
   */
  schedule: 'constant';
  /**
   * The rate at first.
   */
  initialLearningRate: number;
  warmup?: Warmup;
}
/**
 * Half a cosine down (Keras' CosineDecay).
 */
export interface CosineSchedule {
  /**
   * Its name.
   */
  schedule: 'cosine';
  /**
   * The rate at first.
   */
  initialLearningRate: number;
  /**
   * Steps (batches, also where gradients are accumulated) that the schedule takes. Default: the whole phase after the warmup.
   */
  decaySteps?: number | null;
  /**
   * The last rate as a part of the first.
   */
  alpha?: number;
  warmup?: Warmup;
}
/**
 * Times `decayRate` in every `decaySteps` (Keras' ExponentialDecay).
 */
export interface ExponentialSchedule {
  /**
   * Its name.
   */
  schedule: 'exponential';
  /**
   * The rate at first.
   */
  initialLearningRate: number;
  /**
   * Steps (batches, also where gradients are accumulated) that the schedule takes. Default: the whole phase after the warmup.
   */
  decaySteps?: number | null;
  /**
   * The factor.
   */
  decayRate: number;
  /**
   * Change the rate at once after every `decaySteps`.
   */
  staircase?: boolean;
  warmup?: Warmup;
}
/**
 * `values[i]` up to and with step `boundaries[i]`, the last value after (Keras' PiecewiseConstantDecay).
 */
export interface PiecewiseSchedule {
  /**
   * Its name.
   */
  schedule: 'piecewise';
  /**
   * Steps, ascending.
   *
   * Items: A step.
   */
  boundaries: number[];
  /**
   * Rates, one more than boundaries.
   *
   * Items: A rate.
   */
  values: number[];
  warmup?: Warmup;
}
/**
 * Down to `endLearningRate` along a polynomial (Keras' PolynomialDecay).
 */
export interface PolynomialSchedule {
  /**
   * Its name.
   */
  schedule: 'polynomial';
  /**
   * The rate at first.
   */
  initialLearningRate: number;
  /**
   * The rate at last.
   */
  endLearningRate?: number;
  /**
   * Steps (batches, also where gradients are accumulated) that the schedule takes. Default: the whole phase after the warmup.
   */
  decaySteps?: number | null;
  /**
   * The exponent.
   */
  power?: number;
  /**
   * Begin again after `decaySteps`.
   */
  cycle?: boolean;
  warmup?: Warmup;
}
/**
 * Up and down along half cosines (Smith and Topin 2018; PyTorch's OneCycleLR).
 */
export interface OneCycleSchedule {
  /**
   * Its name.
   */
  schedule: 'oneCycle';
  /**
   * The greatest rate.
   */
  maxLearningRate: number;
  /**
   * Steps (batches, also where gradients are accumulated) that the schedule takes. Default: the whole phase after the warmup.
   */
  decaySteps?: number | null;
  /**
   * The part of the cycle in which the rate rises.
   */
  pctStart?: number;
  /**
   * The first rate is the greatest one divided by this.
   */
  divFactor?: number;
  /**
   * The last rate is the first one divided by this.
   */
  finalDivFactor?: number;
  warmup?: Warmup;
}
/**
 * When the state of training is saved, from which an interrupted run goes on: as often as one of these says, and where a phase begins and ends. It does not change the result.
 */
export interface Checkpoint {
  /**
   * After so many epochs. Default: 1, unless one of the others is given.
   */
  everyEpochs?: number | null;
  /**
   * After so many batches, also within an epoch.
   */
  everySteps?: number | null;
  /**
   * At the first step after so many minutes.
   */
  everyMinutes?: number | null;
  /**
   * Whether the last and the best one stay in `checkpoints/` when the run has finished; with Adam each is three times as large as the model.
   */
  keep?: boolean;
}
/**
 * How training goes on.
 */
export interface Retries {
  /**
   * How often at most.
   */
  retries?: number;
  /**
   * Factor on the learning rate, each time.
   */
  factor?: number;
}
/**
 * What the frozen layers before the first trained one make of the images.
 */
export interface Features {
  /**
   * `auto`: computed once and kept in the cache folder, for all epochs and all runs that need the same, wherever that does not change the result: not where augmentation other than `flip` changes the images at random. `off`: computed again for each batch.
   */
  cache?: 'auto' | 'off';
  /**
   * How they are kept: `float16` takes half the space, with three significant digits.
   */
  dtype?: 'float32' | 'float16';
}
/**
 * How the model is evaluated.
 */
export interface Evaluate {
  /**
   * Test-time augmentation: `flip` averages the probabilities of a image and its mirror image.
   */
  tta?: 'none' | 'flip';
}
/**
 * Where the runs of a sweep are done; it does not change their results. All but `name` is for `slurm` alone, under the names of Hydra's submitit launcher; what is left out is as the cluster has it.
 */
export interface Launcher {
  /**
   * `local`: on this machine, `--jobs` at once; `slurm`: each run is a task of a Slurm job array.
   */
  name?: 'local' | 'slurm';
  /**
   * The partition (`sbatch --partition`).
   */
  partition?: string | null;
  /**
   * Quality of service (`sbatch --qos`).
   */
  qos?: string | null;
  /**
   * What pays for it (`sbatch --account`).
   */
  account?: string | null;
  /**
   * The time that a task has before it saves and goes back into the queue: minutes, or as Slurm writes it (`minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes`, `days-hours:minutes:seconds`).
   */
  time?: number | string | null;
  /**
   * Memory of a task, in GB.
   */
  mem_gb?: number | null;
  /**
   * Cores of a task, and threads of its run unless `--threads` says otherwise.
   */
  cpus_per_task?: number | null;
  /**
   * GPUs of a task; a run uses one.
   */
  gpus_per_node?: number | null;
  /**
   * The most tasks at once.
   */
  array_parallelism?: number | null;
  /**
   * Shell commands before each run, e.g. `module load nodejs`.
   *
   * Items: A command.
   */
  setup?: string[];
  /**
   * Further options of `sbatch`, e.g. `{ constraint: a100, exclusive: true }`.
   */
  additional_parameters?: {
    /**
     * The option's value; `true` for one that takes none.
     */
    [k: string]: string | number | boolean;
  };
  /**
   * So many seconds before its time is over a task saves.
   */
  signal_delay_s?: number;
  /**
   * How often a task whose time is over goes back into the queue; after that its run has failed, and `--resume` goes on with it. Being preempted does not count.
   */
  max_num_timeout?: number;
}
/**
 * Many runs of this experiment with different settings. Default: one run.
 */
export interface Sweep {
  /**
   * `grid`: all combinations; `random`: `trials` draws; `zip`: the first values, the second values, and so on.
   */
  method?: 'grid' | 'random' | 'zip';
  metric?: SweepMetric;
  /**
   * Path of a setting to its values, e.g. `phases.head.optimizer.learningRate: { values: [1e-3, 1e-4] }`.
   */
  parameters: {
    [k: string]: SweepParameter;
  };
  /**
   * Draws of the method `random`.
   */
  trials?: number | null;
  /**
   * Runs of each combination with different seeds: how many, or the seeds themselves.
   */
  seeds?: number | number[];
  /**
   * Combinations that run in addition; what one does not name is as the file states it.
   *
   * Items: Settings and a value of each.
   */
  include?: {
    /**
     * The value.
     */
    [k: string]: unknown;
  }[];
  /**
   * Combinations that do not run; one that names some settings excludes all with these values.
   *
   * Items: Settings and a value of each.
   */
  exclude?: {
    /**
     * The value.
     */
    [k: string]: unknown;
  }[];
  /**
   * Stops runs that fall behind, by asynchronous successive halving (Li et al. 2020).
   */
  asha?: Asha | null;
  /**
   * How often a run that failed is tried again; not where its input is wrong.
   */
  retries?: number;
}
/**
 * The values that a setting takes: `values`, or `min` and `max` for the method `random`.
 */
export interface SweepParameter {
  /**
   * These values.
   *
   * Items: A value that the setting can have.
   */
  values?: unknown[];
  /**
   * The least value drawn.
   */
  min?: number;
  /**
   * The greatest value drawn.
   */
  max?: number;
  /**
   * How values are spread between `min` and `max`.
   */
  scale?: 'linear' | 'log';
  /**
   * Whether only whole numbers are drawn.
   */
  integer?: boolean;
}
/**
 * What makes one run better than another. Default: `val_loss`, minimized.
 */
export interface SweepMetric {
  /**
   * `loss` or a metric; with `val_` before it, of the validation part.
   */
  name?: string;
  /**
   * Whether less or more is better. Default: `minimize` for `loss` and `mse`, `maximize` for the others.
   */
  goal?: 'minimize' | 'maximize';
}
/**
 * How runs are stopped: at a rung, an epoch, each is compared with those that have been there, and only the best of them go on. None waits for another.
 */
export interface Asha {
  /**
   * What runs are compared by at a rung. Default: that of `sweep.metric`.
   */
  metric?: string;
  /**
   * One of so many runs goes on from each rung to the next.
   */
  eta?: number;
  /**
   * The first rung: epochs, over all phases, that every run has. Each further rung is `eta` times the one before.
   */
  minEpochs?: number;
}
