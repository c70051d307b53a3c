import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.ts';
import { uncompiled } from '../../src/engine/tensorflow/compile/compile.ts';
import type { LossConfig, MetricConfig, OptimizerConfig } from '../../src/experiment/experiment.ts';
import { buildModel, setFrozen } from '../../src/model/build.ts';
import type { Graph } from '../../src/model/graph.ts';
import { Objective, RunningMetrics } from '../../src/train/objective.ts';
import { Optimizer } from '../../src/train/optimizers/optimizer.ts';
import { trainedWeights } from '../../src/train/phase.ts';
import { createSchedule } from '../../src/train/schedules.ts';
import { forward, TrainingStep } from '../../src/train/step.ts';
import { useEngine } from '../engine.ts';
import { needsShared, shared } from '../requirements.ts';
import { optimizerConfig } from './defaults.ts';

interface Golden {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly weight_names: readonly string[];
  readonly weight_shapes: readonly number[][];
  readonly start_weights: readonly number[][];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly train_loss_per_step: readonly number[];
        readonly evaluate_after: Readonly<Record<string, number>>;
        readonly final_weights: readonly number[][];
      }
    >
  >;
}

interface Case {
  readonly optimizer: Partial<OptimizerConfig> & Pick<OptimizerConfig, 'name' | 'learningRate'>;
  readonly labelSmoothing?: number;
  readonly freeze?: readonly string[];
}

/** The cases of make_golden.py as optimizers of experiments. */
const cases: Readonly<Record<string, Case>> = {
  sgd: { optimizer: { name: 'sgd', learningRate: 0.05 } },
  sgd_momentum: { optimizer: { name: 'sgd', learningRate: 0.05, args: { momentum: 0.9 } } },
  sgd_nesterov: {
    optimizer: { name: 'sgd', learningRate: 0.05, args: { momentum: 0.9, nesterov: true } },
  },
  sgd_nesterov_weight_decay: {
    optimizer: {
      name: 'sgd',
      learningRate: 0.05,
      args: { momentum: 0.9, nesterov: true },
      weightDecay: 0.01,
    },
  },
  adam: { optimizer: { name: 'adam', learningRate: 1e-3 } },
  adam_frozen_conv: {
    optimizer: { name: 'adam', learningRate: 1e-3 },
    freeze: ['conv', 'conv_bn'],
  },
  adam_clipnorm_global_1: { optimizer: { name: 'adam', learningRate: 1e-2, globalClipNorm: 1 } },
  'adamw_weight_decay_0.05': {
    optimizer: { name: 'adamw', learningRate: 1e-2, weightDecay: 0.05 },
  },
  rmsprop: { optimizer: { name: 'rmsprop', learningRate: 1e-3 } },
  adagrad: { optimizer: { name: 'adagrad', learningRate: 0.05 } },
  adadelta: { optimizer: { name: 'adadelta', learningRate: 1 } },
  adamax: { optimizer: { name: 'adamax', learningRate: 1e-2 } },
  nadam: { optimizer: { name: 'nadam', learningRate: 1e-2 } },
  'adam_label_smoothing_0.1': {
    optimizer: { name: 'adam', learningRate: 1e-2 },
    labelSmoothing: 0.1,
  },
  adam_cosine_decay_12_steps: {
    optimizer: {
      name: 'adam',
      learningRate: {
        schedule: 'cosine',
        args: { initialLearningRate: 1e-2, decaySteps: 12 },
        warmup: null,
      },
    },
  },
  adam_exponential_decay: {
    optimizer: {
      name: 'adam',
      learningRate: {
        schedule: 'exponential',
        args: { initialLearningRate: 1e-2, decaySteps: 4, decayRate: 0.5 },
        warmup: null,
      },
    },
  },
  adam_piecewise_constant: {
    optimizer: {
      name: 'adam',
      learningRate: {
        schedule: 'piecewise',
        args: { boundaries: [3, 7], values: [1e-2, 5e-3, 1e-3] },
        warmup: null,
      },
    },
  },
  adam_cosine_warmup_4: {
    optimizer: {
      name: 'adam',
      learningRate: {
        schedule: 'cosine',
        args: { initialLearningRate: 1e-2, decaySteps: 8 },
        warmup: { steps: 4, from: 0 },
      },
    },
  },
};

const node = (
  name: string,
  kind: string,
  before: string,
  args: Graph['nodes'][number]['args'] = {},
) => ({ name, kind, args, inputs: [before], part: 'head' as const });

const graph: Graph = {
  inputShape: [8, 8, 3],
  nodes: [
    node('conv', 'conv2d', 'input', {
      filters: 6,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
    }),
    node('conv_bn', 'batchNormalization', 'conv'),
    node('pool', 'maxPooling2d', 'conv_bn', { poolSize: 2 }),
    node('flatten', 'flatten', 'pool'),
    node('fc', 'dense', 'flatten', { units: 16, activation: 'relu' }),
    node('fc_bn', 'batchNormalization', 'fc'),
    node('predictions', 'dense', 'fc_bn', { units: 4, activation: 'softmax' }),
  ],
};

const metricConfigs: MetricConfig[] = [
  { name: 'accuracy', label: 'accuracy', k: null },
  { name: 'mse', label: 'mse', k: null },
];

const BATCH = 8;
const STEPS = 12;

function weightsByName(model: tf.LayersModel): Map<string, tf.LayerVariable> {
  return new Map(
    model.layers.flatMap((layer) =>
      layer.weights.map((weight) => [
        `${layer.name}/${weight.originalName.split('/').at(-1)}`,
        weight,
      ]),
    ),
  );
}

const relative = (got: number, want: number) => Math.abs(got - want) / Math.abs(want);

/** Returns the error relative to the wanted value, or the absolute error if that value is below 1. */
const error = (got: number, want: number) => Math.abs(got - want) / Math.max(1, Math.abs(want));

const worst = (got: ArrayLike<number>, want: ArrayLike<number>) =>
  Math.max(...Array.from(got, (value, i) => error(value, want[i] as number)));

/**
 * Results of the same training in double precision (make_exact_reference.py), for those values in which
 * Keras' own record exceeds the limits: the evaluation of sgd_momentum by 3.6e-4, the bias of fc by 1.5e-3
 * in adamax and 2.5e-3 in nadam. The bias is that of units 6 and 14, which are positive for the whole first
 * batch. It reaches the loss only through a batch normalization that subtracts it again, so its gradient is
 * rounding error (-4e-9; in double precision -1e-18), and these two optimizers divide by its size. The result
 * differs between processors and changes the evaluation, so the exact bias is written before the evaluation.
 */
const exact: Readonly<Record<string, readonly number[]>> = JSON.parse(
  readFileSync(new URL('exact-training.json', import.meta.url), 'utf8'),
);

/** Returns the expected values and their limit: the record, or the exact values if the record is too far off. */
function wanted(figure: string, recorded: readonly number[], limit: number) {
  const values = exact[figure];
  if (!values) return { values: recorded, limit };
  return { values, limit: Math.max(limit, 2 * worst(recorded, values)) };
}

/** Weights that only rounding errors change (see above), and the statistic that subtracts them. */
const noise = new Set(['fc/bias', 'fc_bn/moving_mean']);

describe('training against Keras 3', () => {
  needsShared();
  const engine = useEngine();

  let golden: Golden;
  before(() => {
    golden = JSON.parse(readFileSync(join(shared ?? '', 'golden/training.json'), 'utf8'));
  });

  it('has the cases of the record', () => {
    expect(Object.keys(cases)).to.have.members(Object.keys(golden.cases));
  });

  /** Runs the case's twelve steps and the evaluation after them. */
  async function run(name: string, engine: Engine) {
    const { optimizer: partial, labelSmoothing = 0, freeze = [] } = cases[name] as Case;
    const config = optimizerConfig(partial);
    const loss: LossConfig = {
      name: 'categoricalCrossentropy',
      labelSmoothing,
      gamma: 2,
      alpha: 0.25,
    };
    const model = buildModel(graph, 0);
    const byName = weightsByName(model);
    golden.weight_names.forEach((weight, i) => {
      const value = tf.tensor(golden.start_weights[i] as number[], golden.weight_shapes[i]);
      byName.get(weight)?.write(value);
      value.dispose();
    });
    setFrozen(model, new Set(freeze));
    const weights = trainedWeights(model, graph, {});
    const optimizer = new Optimizer({
      config,
      weights,
      gradientAccumulation: 1,
      ema: null,
      fused: engine.fused,
    });
    const objective = new Objective(loss, metricConfigs);
    const schedule = createSchedule(config.learningRate, STEPS);
    const x = tf.tensor4d([...golden.x], [96, 8, 8, 3]);
    const y = tf.oneHot([...golden.y], 4).toFloat() as tf.Tensor2D;

    const step = new TrainingStep({
      model,
      objective,
      weights,
      optimizer,
      engine,
      precision: 'float32',
      seed: 0,
      batches: { read: ([x, y]) => ({ x: x as tf.Tensor, y: y as tf.Tensor2D }) },
    });
    const losses: number[] = [];
    for (let i = 0; i < STEPS; i += 1) {
      const batch = { inputs: [x.slice(i * BATCH, BATCH), y.slice(i * BATCH, BATCH)] };
      const [value] = await step.run(batch, { learningRate: schedule(i), step: i });
      losses.push((value as tf.Tensor).dataSync()[0] as number);
    }
    step.dispose();
    const values = golden.weight_names.map(
      (weight) => byName.get(weight)?.read().dataSync() as Float32Array,
    );
    const bias = exact[`${name} fc/bias`];
    if (bias) byName.get('fc/bias')?.write(tf.tensor1d([...bias]));
    const metrics = new RunningMetrics(objective);
    for (let i = 0; i < 96; i += 32) {
      const labels = y.slice(i, 32);
      const predictions = forward(model, x.slice(i, 32), false);
      metrics.add(
        objective.measure(objective.loss(model, labels, predictions), labels, predictions),
        32,
      );
    }
    await metrics.read();
    return { losses, values, evaluated: metrics.values() };
  }

  for (const name of Object.keys(cases)) {
    it(`trains step by step as Keras: ${name}`, async () => {
      const want = golden.cases[name];
      if (!want) throw new Error(`no case ${name}`);
      const { losses, values, evaluated } = await run(name, engine());

      const lossError = Math.max(
        ...losses.map((got, i) => relative(got, want.train_loss_per_step[i] as number)),
      );
      const labels = Object.keys(want.evaluate_after);
      const figures = [
        ...golden.weight_names.map((weight, i) => {
          const recorded = want.final_weights[i] as number[];
          return { figure: weight, got: values[i] as Float32Array, recorded, limit: 1e-3 };
        }),
        {
          figure: 'evaluation',
          got: labels.map((label) => evaluated[label] as number),
          recorded: labels.map((label) => want.evaluate_after[label] as number),
          limit: 1e-4,
        },
      ];
      const errors = figures.map(({ figure, got, recorded, limit }) => {
        const want = wanted(`${name} ${figure}`, recorded, limit);
        return { figure, error: worst(got, want.values), limit: want.limit };
      });
      const weight = errors.slice(0, -1).reduce((a, b) => (b.error > a.error ? b : a));
      console.log(
        `      ${name.padEnd(26)} loss ${lossError.toExponential(1)}, ` +
          `weights ${weight.error.toExponential(1)} (${weight.figure}), ` +
          `evaluation ${errors.at(-1)?.error.toExponential(1)}`,
      );
      expect(lossError, 'loss').to.be.below(1e-4);
      for (const { figure, error, limit } of errors) expect(error, figure).to.be.below(limit);
    });

    it(`gives the same results compiled and operation by operation: ${name}`, async () => {
      const compiled = await run(name, engine());
      const plain = await run(name, { ...engine(), compile: uncompiled });
      expect(worst(compiled.losses, plain.losses), 'loss').to.be.below(1e-5);
      golden.weight_names.forEach((weight, i) => {
        const difference = worst(
          compiled.values[i] as Float32Array,
          plain.values[i] as Float32Array,
        );
        expect(difference, weight).to.be.below(noise.has(weight) ? 5e-3 : 1e-5);
      });
    });
  }
});
