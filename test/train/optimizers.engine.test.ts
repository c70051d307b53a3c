import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import type { OptimizerConfig } from '../../src/experiment/experiment.ts';
import { Optimizer, type OptimizerOptions } from '../../src/train/optimizers/optimizer.ts';
import { createSchedule } from '../../src/train/schedules.ts';
import { useEngine } from '../engine.ts';
import { optimizerConfig } from './defaults.ts';
import { reference } from './reference.ts';

type Case = Partial<OptimizerConfig> & Partial<Omit<OptimizerOptions, 'config' | 'weights'>>;

const cases: Readonly<Record<string, Case>> = {
  'adam amsgrad': { name: 'adam', args: { amsgrad: true } },
  adamw: { name: 'adamw' },
  'rmsprop momentum': { name: 'rmsprop', args: { momentum: 0.9 } },
  'rmsprop centered': { name: 'rmsprop', args: { centered: true, momentum: 0.5 } },
  'sgd clipNorm': { clipNorm: 0.5 },
  'sgd globalClipNorm': { globalClipNorm: 0.5 },
  'sgd clipValue': { clipValue: 0.3 },
  'sgd ema': { ema: { momentum: 0.8 } },
  'adam accumulation': { name: 'adam', gradientAccumulation: 2 },
  'adam accumulation ema': { name: 'adam', gradientAccumulation: 2, ema: { momentum: 0.8 } },
  'adam accumulation schedule': {
    name: 'adam',
    gradientAccumulation: 2,
    learningRate: {
      schedule: 'piecewise',
      args: { boundaries: [1, 3], values: [0.1, 0.05, 0.01] },
      warmup: null,
    },
  },
};

const { start, gradients, final } = reference.optimizers;

/** Makes the two weights of the reference: a vector of three numbers and one number. */
function weights(scale = 1) {
  const input = tf.input({ shape: [3] });
  const layer = tf.layers.dense({ units: 1 });
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
  model.setWeights([tf.tensor2d(start, [3, 1]), tf.tensor1d([0.25])]);
  const trained = layer.trainableWeights.map((variable) => ({
    name: variable.originalName,
    variable,
    learningRateScale: scale,
  }));
  const read = () => trained.flatMap(({ variable }) => [...variable.read().dataSync()]);
  return { trained, read };
}

function run({ gradientAccumulation = 1, ema = null, ...changes }: Case, scale = 1) {
  const { trained, read } = weights(scale);
  const config = optimizerConfig({ name: 'sgd', learningRate: 0.1, ...changes });
  const optimizer = new Optimizer({
    config,
    weights: trained,
    gradientAccumulation,
    ema,
  });
  const schedule = createSchedule(config.learningRate, gradients.length);
  gradients.forEach((g, step) => {
    tf.tidy(() => {
      const parts = [tf.tensor2d(g, [3, 1]), tf.tensor1d([2 * (g[0] as number)])];
      optimizer.apply(parts, tf.scalar(schedule(step)));
    });
    optimizer.countBatch();
  });
  optimizer.finish();
  const { updates } = optimizer;
  optimizer.dispose();
  return { values: read(), updates };
}

describe('optimizers', () => {
  useEngine();

  for (const [name, wanted] of Object.entries(final)) {
    it(`follows Keras: ${name}`, () => {
      const { values } = run(cases[name] as Case);
      wanted.forEach((value, i) => {
        expect(values[i], `element ${i}`).to.be.closeTo(value, 2e-6);
      });
    });
  }

  it('updates once with the mean of the accumulated gradients', () => {
    const halved = run({ gradientAccumulation: 2 });
    expect(halved.updates).to.equal(3);
    const mean = gradients.reduce((sum, g) => sum + (g[0] as number) / 2, 0);
    expect(halved.values[0]).to.be.closeTo((start[0] as number) - 0.1 * mean, 1e-6);
  });

  it('decays no weights if weightDecay is null, also in adamw', () => {
    const decayed = run({ name: 'adamw' }).values;
    const plain = run({ name: 'adamw', weightDecay: null }).values;
    expect(plain).to.deep.equal(run({ name: 'adam' }).values);
    expect(plain).not.to.deep.equal(decayed);
  });

  it('scales the learning rate of a weight', () => {
    const half = run({ name: 'adamw', learningRate: 0.2 }, 0.5).values;
    const whole = run({ name: 'adamw', learningRate: 0.1 }).values;
    half.forEach((value, i) => {
      expect(value).to.be.closeTo(whole[i] as number, 1e-6);
    });
  });

  it('names its state variables, and disposes them', () => {
    const { trained } = weights();
    const before = tf.memory().numTensors;
    const optimizer = new Optimizer({
      config: optimizerConfig({ name: 'adam' }),
      weights: trained.slice(0, 1),
      gradientAccumulation: 4,
      ema: { momentum: 0.9 },
    });
    const name = trained[0]?.name;
    expect([...optimizer.state.keys()]).to.deep.equal([
      'iteration',
      'beta1Power',
      'beta2Power',
      `momentum/${name}`,
      `velocity/${name}`,
      `gradientAccumulator/${name}`,
      `average/${name}`,
    ]);
    optimizer.dispose();
    expect(tf.memory().numTensors).to.equal(before);
  });
});
