import { uniforms } from '../../src/common/random.ts';
import type { Dataset, Images } from '../../src/data/dataset.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type {
  LayerArgs,
  PhaseConfig,
  ResolvedExperiment,
} from '../../src/experiment/experiment.ts';
import { buildModel } from '../../src/model/build.ts';
import { type Graph, INPUT } from '../../src/model/graph.ts';
import type { EpochRecord, PhaseEnd, TrainingCallback } from '../../src/train/callbacks.ts';
import type { Checkpoints } from '../../src/train/state.ts';
import { train } from '../../src/train/train.ts';
import { phase as planned } from '../experiment.ts';

const SIZE = 8;

/** Makes noise that is brighter on the left in class 0, on the right in class 1, everywhere in class 2. */
function images(count: number, stream: string): Images {
  const noise = uniforms(count * SIZE * SIZE, [stream]);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  const pixels = Uint8Array.from(noise, (u, i) => {
    const label = labels[Math.floor(i / (SIZE * SIZE))];
    const left = i % SIZE < SIZE / 2;
    return 128 * u + (label === 2 || left === (label === 0) ? 100 : 0);
  });
  const stored = new MemoryPixels(pixels, SIZE * SIZE);
  return { height: SIZE, width: SIZE, channels: 1, pixels: stored, labels };
}

export const data: Dataset = {
  classNames: ['left', 'right', 'both'],
  train: images(45, 'train'),
  validation: images(21, 'validation'),
  classWeights: null,
  broken: [],
};

/** Builds a sequential graph for these images. The first `backbone` layers are the part named so. */
export function chain(layers: readonly [kind: string, args: LayerArgs][], backbone = 0): Graph {
  const nodes = layers.map(([kind, args], i) => ({
    name: `${kind}_${i}`,
    kind,
    args,
    inputs: [i === 0 ? INPUT : `${layers[i - 1]?.[0]}_${i - 1}`],
    part: i < backbone ? ('backbone' as const) : ('head' as const),
  }));
  return { inputShape: [SIZE, SIZE, 1], nodes };
}

export const convolutional = chain(
  [
    ['conv2d', { filters: 4, kernelSize: 3, activation: 'relu' }],
    ['batchNormalization', {}],
    ['flatten', {}],
    ['dropout', { rate: 0.2 }],
    ['dense', { units: 3, activation: 'softmax' }],
  ],
  2,
);

export const phase = (change: Partial<PhaseConfig> = {}): PhaseConfig => {
  const defaults = planned();
  const optimizer = { ...defaults.optimizer, learningRate: 0.01 };
  return { ...defaults, name: 'only', epochs: 2, batchSize: 8, optimizer, ...change };
};

export const sgd = (learningRate: number): PhaseConfig['optimizer'] => ({
  ...phase().optimizer,
  name: 'sgd',
  learningRate,
  args: { momentum: 0, nesterov: false },
});

function experiment(phases: readonly PhaseConfig[], seed: number): ResolvedExperiment {
  return {
    name: 'test',
    seed,
    data: {
      dataset: 'test',
      source: null,
      classes: null,
      limit: { train: null, validation: null },
      validation: 'test',
      splitSeed: null,
      broken: 'stop',
      resize: { fit: 'stretch', interpolation: 'bilinear' },
      preprocess: 'scale',
      sampling: 'uniform',
      classWeights: null,
      augment: [],
    },
    model: {
      backbone: {
        from: { kind: 'layers', layers: [] },
        weights: null,
        inputShape: null,
        cut: null,
      },
      head: [],
    },
    loss: { name: 'categoricalCrossentropy', labelSmoothing: 0, gamma: 2, alpha: 0.25 },
    metrics: [{ name: 'accuracy', label: 'accuracy', k: null }],
    phases,
    precision: { training: 'float32', inference: 'float32' },
    device: 'auto',
    features: { cache: 'off', dtype: 'float32' },
    checkpoint: { everyEpochs: 1, everySteps: null, everyMinutes: null, keep: true },
    onNonFinite: { retries: 0, factor: 0.1 },
    evaluate: { tta: 'none' },
  };
}

export interface Run {
  readonly engine: Engine;
  readonly phases: readonly PhaseConfig[];
  readonly graph?: Graph;
  readonly seed?: number;
  readonly change?: (experiment: ResolvedExperiment) => ResolvedExperiment;
  readonly callbacks?: readonly TrainingCallback[];
  readonly signal?: AbortSignal;
  readonly checkpoints?: Checkpoints;
}

/** Trains a new model. Returns the records, and the weights before and after. */
export async function trained(run: Run) {
  const { engine, phases, graph = convolutional, seed = 1, callbacks = [] } = run;
  const { change = (same) => same } = run;
  const model = buildModel(graph, seed);
  const before = weights();
  const records: EpochRecord[] = [];
  const ends: PhaseEnd[] = [];
  const recorder: TrainingCallback = {
    epochEnd: (record) => void records.push(record),
    phaseEnd: (end) => void ends.push(end),
  };
  const config = change(experiment(phases, seed));
  const signal = run.signal ?? new AbortController().signal;
  await train({
    model,
    graph,
    experiment: config,
    data,
    callbacks: [recorder, ...callbacks],
    engine,
    signal,
    ...(run.checkpoints && { checkpoints: run.checkpoints }),
  });
  return { model, graph, config, records, ends, before, after: weights() };

  function weights(): Record<string, number[]> {
    return Object.fromEntries(
      model.layers.flatMap((layer) =>
        layer.weights.map((w) => [
          `${layer.name}/${w.originalName.split('/').at(-1)}`,
          [...w.read().dataSync()],
        ]),
      ),
    );
  }
}
