import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { InterruptedError, RunError } from '../../src/common/errors.ts';
import type { TrainingCallback } from '../../src/train/callbacks.ts';
import { useEngine } from '../engine.ts';
import { chain, phase, sgd, trained } from './fixture.ts';

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('the promise did not reject');
}

describe('train', () => {
  const engine = useEngine();

  it('learns, and records all epochs of all phases', async () => {
    const phases = [
      phase({ name: 'head', freeze: ['backbone'], epochs: 3 }),
      phase({ name: 'all', epochs: 12, gradientAccumulation: 2 }),
    ];
    const { records, ends } = await trained({ engine: engine(), phases });
    expect(records.map((r) => [r.phase, r.phaseEpoch, r.epoch])).to.deep.equal([
      ...[1, 2, 3].map((n) => ['head', n, n]),
      ...Array.from({ length: 12 }, (_, i) => ['all', i + 1, i + 4]),
    ]);
    expect(records.slice(0, 5).map((r) => r.step)).to.deep.equal([6, 12, 18, 21, 24]);
    expect(Object.keys(records[0]?.train ?? {})).to.deep.equal(['loss', 'accuracy']);
    expect(records.at(-1)?.train.accuracy).to.be.above(0.9);
    expect(ends.map((end) => [end.epochs, end.stoppedEarly, end.keptEpoch])).to.deep.equal([
      [3, null, 3],
      [12, null, 12],
    ]);
  });

  it('leaves frozen layers unchanged, running statistics included', async () => {
    const phases = [phase({ freeze: ['backbone'] })];
    const { before, after } = await trained({ engine: engine(), phases });
    const changed = Object.keys(before).filter((name) => `${before[name]}` !== `${after[name]}`);
    expect(changed).to.deep.equal(['dense_4/kernel', 'dense_4/bias']);
  });

  it('counts the parameters of a phase', async () => {
    const begins: number[][] = [];
    const counter: TrainingCallback = {
      phaseBegin: (begin) => void begins.push([begin.trainableParameters, begin.frozenParameters]),
    };
    const phases = [phase({ epochs: 1, freeze: ['backbone'] }), phase({ epochs: 1 })];
    await trained({ engine: engine(), phases, callbacks: [counter] });
    const dense = 6 * 6 * 4 * 3 + 3;
    expect(begins).to.deep.equal([
      [dense, 40 + 16],
      [dense + 40 + 8, 8],
    ]);
  });

  it('depends only on the seed', async () => {
    const run = (seed: number) => trained({ engine: engine(), phases: [phase()], seed });
    const [first, again, other] = [await run(5), await run(5), await run(6)];
    expect(again.after).to.deep.equal(first.after);
    expect(other.after).not.to.deep.equal(first.after);
  });

  it('leaks no tensors between steps or after the end', async () => {
    const counts: number[] = [];
    const counter: TrainingCallback = { epochEnd: () => void counts.push(tf.memory().numTensors) };
    const before = tf.memory().numTensors;
    const { model } = await trained({
      engine: engine(),
      phases: [phase({ epochs: 6, ema: { momentum: 0.9 }, gradientAccumulation: 4 })],
      callbacks: [counter],
    });
    expect(new Set(counts).size).to.equal(1);
    expect(tf.memory().numTensors).to.equal(before + model.weights.length);
  });

  it('gives the same results with accumulated small batches as with large ones', async () => {
    const graph = chain([
      ['flatten', {}],
      ['dense', { units: 3, activation: 'softmax' }],
    ]);
    const make = (batchSize: number, gradientAccumulation: number) => {
      const phases = [phase({ batchSize, gradientAccumulation, optimizer: sgd(0.1) })];
      return trained({ engine: engine(), graph, phases });
    };
    const [large, small] = [await make(15, 1), await make(5, 3)];
    for (const [name, values] of Object.entries(large.after)) {
      values.forEach((value, i) => {
        expect(small.after[name]?.[i], name).to.be.closeTo(value, 1e-6);
      });
    }
  });

  it('stops early and restores the best epoch', async () => {
    const earlyStopping = {
      monitor: 'val_loss',
      goal: 'minimize',
      patience: 3,
      minDelta: 0,
      restoreBest: true,
    } as const;
    const phases = [phase({ epochs: 60, optimizer: sgd(0.6), earlyStopping })];
    const { records, ends, after } = await trained({
      engine: engine(),
      phases,
    });
    const end = ends[0];
    const losses = records.map((r) => r.validation.loss as number);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(end?.keptEpoch).to.equal(best);
    expect(end?.epochs).to.equal(best + 3);
    expect(end?.stoppedEarly).to.match(/^val_loss did not fall below .* in 3 epochs$/);
    const straight = await trained({
      engine: engine(),
      phases: [phase({ epochs: best, optimizer: sgd(0.6) })],
    });
    expect(after).to.deep.equal(straight.after);
  });

  it('stops all training after an epoch if a callback returns a reason', async () => {
    const phases = [phase({ name: 'head', epochs: 3 }), phase({ name: 'all', epochs: 3 })];
    const epochEnd = async ({ epoch }: { epoch: number }) =>
      epoch === 2 ? 'it fell behind' : null;
    const { records, ends } = await trained({
      engine: engine(),
      phases,
      callbacks: [{ epochEnd }],
    });
    expect(records).to.have.length(2);
    expect(ends.map((end) => [end.epochs, end.stoppedEarly, end.endsTraining])).to.deep.equal([
      [2, 'it fell behind', true],
    ]);
  });

  it('reduces the learning rate on a plateau, down to the minimum', async () => {
    const reduceOnPlateau = {
      monitor: 'loss',
      goal: 'minimize',
      factor: 0.1,
      patience: 2,
      minDelta: 1000,
      cooldown: 1,
      minLearningRate: 2e-4,
    } as const;
    const { records } = await trained({
      engine: engine(),
      phases: [phase({ epochs: 8, reduceOnPlateau })],
    });
    const rates = records.map((r) => Number(r.learningRate.toPrecision(6)));
    expect(rates).to.deep.equal([1e-2, 1e-2, 1e-2, 1e-3, 1e-3, 2e-4, 2e-4, 2e-4]);
  });

  it('adds the penalties of trained layers to the loss', async () => {
    const graph = chain([
      ['flatten', {}],
      ['dense', { units: 4, kernelRegularizer: { l2: 100 } }],
      ['dense', { units: 3, activation: 'softmax' }],
    ]);
    const loss = async (freeze: string[]) => {
      const phases = [phase({ epochs: 1, freeze, optimizer: sgd(0) })];
      const { records, before } = await trained({ engine: engine(), graph, phases });
      return {
        value: records[0]?.validation.loss as number,
        kernel: before['dense_1/kernel'] ?? [],
      };
    };
    const [free, frozen] = [await loss([]), await loss(['dense_1'])];
    const penalty = 100 * free.kernel.reduce((sum, w) => sum + w * w, 0);
    expect(free.value - frozen.value).to.be.closeTo(penalty, 1e-4 * penalty);
  });

  it('fails with a clear message if the loss is not finite', async () => {
    const phases = [phase({ name: 'wild', optimizer: sgd(1e30) })];
    const error = await failure(trained({ engine: engine(), phases }));
    expect(error).to.be.instanceOf(RunError);
    expect(error.message).to.match(
      /^the loss became \S+ at step \d+, in phase wild \(epoch 1, batch \d of 6\)/,
    );
  });

  it('completes the current step when it is interrupted, then stops', async () => {
    const controller = new AbortController();
    let epochs = 0;
    const stop: TrainingCallback = {
      epochEnd: () => {
        epochs += 1;
        controller.abort(new InterruptedError('SIGINT'));
      },
    };
    const before = tf.memory().numTensors;
    const error = await failure(
      trained({
        engine: engine(),
        phases: [phase({ epochs: 50 })],
        callbacks: [stop],
        signal: controller.signal,
      }),
    );
    expect(error).to.be.instanceOf(InterruptedError);
    expect(epochs).to.equal(1);
    expect(tf.memory().numTensors - before).to.equal(8);
  });

  it('reports progress with the metrics of the epoch so far', async () => {
    const reports: number[][] = [];
    const progress: TrainingCallback = {
      step: ({ batch, batches, metrics }) =>
        void reports.push([batch, batches, metrics.loss as number, metrics.accuracy as number]),
    };
    const { records } = await trained({
      engine: engine(),
      phases: [phase({ epochs: 1 })],
      callbacks: [progress],
    });
    const { loss, accuracy } = records[0]?.train ?? {};
    expect(reports.at(-1)).to.deep.equal([6, 6, loss, accuracy]);
  });
});
