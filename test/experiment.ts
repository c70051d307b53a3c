import type {
  BackboneConfig,
  Experiment,
  LayerArgs,
  LayerConfig,
  PhaseConfig,
} from '../src/experiment/experiment.ts';

export function layer(kind: string, name: string, args: LayerArgs = {}): LayerConfig {
  return { kind, name, args, inputs: null };
}

export function phase(changes: Partial<PhaseConfig> = {}): PhaseConfig {
  return {
    name: 'train',
    freeze: [],
    epochs: 1,
    batchSize: 32,
    gradientAccumulation: 1,
    optimizer: {
      name: 'adam',
      learningRate: 0.001,
      weightDecay: null,
      clipNorm: null,
      globalClipNorm: null,
      clipValue: null,
      args: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
    },
    learningRateScale: {},
    earlyStopping: null,
    reduceOnPlateau: null,
    ema: null,
    ...changes,
  };
}

export function named(name: string, changes: Partial<BackboneConfig> = {}): BackboneConfig {
  return {
    from: { kind: 'named', name, alpha: 1 },
    weights: 'random',
    inputShape: [32, 32, 3],
    cut: null,
    ...changes,
  };
}

interface Parts {
  readonly backbone?: BackboneConfig;
  readonly head?: readonly LayerConfig[];
  readonly phases?: readonly PhaseConfig[];
  readonly classes?: readonly string[] | null;
}

/** VGG16 with a head of ten classes, but for what is given. */
export function experiment(parts: Parts = {}): Experiment {
  return {
    name: 'test',
    seed: 1,
    data: {
      dataset: 'cifar10',
      source: null,
      classes: parts.classes ?? null,
      limit: { train: null, validation: null },
      validation: 'test',
      splitSeed: null,
      broken: 'stop',
      resize: { fit: 'stretch', interpolation: 'bilinear' },
      preprocess: 'caffe',
      sampling: 'uniform',
      classWeights: null,
      augment: [],
    },
    model: {
      backbone: parts.backbone ?? named('vgg16'),
      head: parts.head ?? [
        layer('flatten', 'flatten'),
        layer('dense', 'predictions', { units: 10, activation: 'softmax' }),
      ],
    },
    loss: { name: 'categoricalCrossentropy', labelSmoothing: 0, gamma: 2, alpha: 0.25 },
    metrics: [],
    phases: parts.phases ?? [phase()],
    precision: { training: 'float32', inference: 'float32' },
    device: 'auto',
    features: { cache: 'auto', dtype: 'float32' },
    checkpoint: { everyEpochs: 1, everySteps: null, everyMinutes: null, keep: true },
    onNonFinite: { retries: 0, factor: 0.1 },
    evaluate: { tta: 'none' },
  };
}
