import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import type { Examples } from '../../src/data/batches/batches.ts';
import { detectProcessor } from '../../src/engine/hardware.ts';
import type { LossConfig, OptimizerConfig, Precision } from '../../src/experiment/experiment.ts';
import { backbones } from '../../src/model/backbones/table.ts';
import { buildModel } from '../../src/model/build.ts';
import { buildGraph } from '../../src/model/build-graph.ts';
import { losses } from '../../src/train/losses.ts';
import { Objective } from '../../src/train/objective.ts';
import { Optimizer } from '../../src/train/optimizers/optimizer.ts';
import { optimizers } from '../../src/train/optimizers/table.ts';
import { trainedWeights } from '../../src/train/phase.ts';
import { TrainingStep } from '../../src/train/step.ts';
import { useEngine } from '../engine.ts';
import { experiment, layer, named } from '../experiment.ts';
import { optimizerConfig } from './defaults.ts';

// In a third step, losses in float32 alone differ by a fifth from kernel to kernel.
const STEPS = 2;
const [BATCH, SIZE, CLASSES] = [8, 64, 4];
const head = [
  layer('globalAveragePooling2d', 'pool'),
  layer('dense', 'hidden', { units: 16, activation: 'relu' }),
  layer('dropout', 'dropout', { rate: 0.25 }),
  layer('dense', 'predictions', { units: CLASSES, activation: 'softmax' }),
];

// Every backbone, loss and optimizer at least once.
const cases = Object.keys(backbones).map((backbone, i) => {
  const [lossNames, optimizerNames] = [Object.keys(losses), Object.keys(optimizers)];
  return {
    backbone,
    loss: lossNames[i % lossNames.length] as LossConfig['name'],
    optimizer: optimizerNames[i % optimizerNames.length] as OptimizerConfig['name'],
  };
});

/** Images that differ as real ones do: waves of different lengths. In noise a network finds only rounding errors. */
function stripes(): tf.Tensor4D {
  return tf.tidy(() => {
    const position = tf.range(0, SIZE * SIZE * 3).div<tf.Tensor1D>(SIZE * 3);
    const waves = tf
      .range(1, BATCH + 1)
      .reshape([BATCH, 1])
      .mul(position.reshape([1, -1]))
      .mul(0.2);
    return waves.sin().mul(100).add(128).reshape([BATCH, SIZE, SIZE, 3]);
  });
}

describe('training in bfloat16', function (this: Mocha.Suite) {
  this.timeout(300_000);
  const engine = useEngine();
  before(function () {
    if (!detectProcessor().bfloat16) this.skip();
  });

  async function train(
    { backbone, loss, optimizer }: (typeof cases)[number],
    precision: Precision,
  ) {
    const config = experiment({ backbone: named(backbone, { inputShape: [SIZE, SIZE, 3] }), head });
    const graph = buildGraph(config.model);
    const model = buildModel(graph, 1);
    const weights = trainedWeights(model, graph, {});
    const step = new TrainingStep({
      model,
      weights,
      optimizer: new Optimizer({
        config: optimizerConfig({ name: optimizer }),
        weights,
        gradientAccumulation: 1,
        ema: null,
        fused: engine().fused,
      }),
      objective: new Objective({ name: loss, labelSmoothing: 0.1, gamma: 2, alpha: 0.25 }, []),
      engine: engine(),
      batches: { read: ([x, y]: readonly tf.Tensor[]) => ({ x, y }) as Examples },
      precision,
      seed: 1,
    });
    const x = stripes();
    const labels = Array.from({ length: BATCH }, (_, i) => i % CLASSES);
    const y = tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES).toFloat();
    const values: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      const measures = await step.run({ inputs: [x, y] }, { learningRate: 1e-3, step: i });
      values.push((await measures[0]?.data())?.[0] ?? Number.NaN);
      tf.dispose(measures as tf.Tensor[]);
    }
    tf.dispose([x, y]);
    model.dispose();
    return values;
  }

  for (const each of cases)
    it(`works with ${each.backbone}, ${each.loss} and ${each.optimizer}`, async () => {
      const [exact, rounded] = [await train(each, 'float32'), await train(each, 'bfloat16')];
      expect(rounded.every(Number.isFinite), `${rounded}`).to.equal(true);
      expect(rounded).not.to.deep.equal(exact);
      // Normalization over eight images amplifies roundings.
      const [sum, expected] = [rounded, exact].map((all) => all.reduce((a, b) => a + b, 0));
      expect(sum).to.be.closeTo(expected as number, 0.2 * (expected as number));
    });

  it('covers every loss and optimizer', () => {
    expect(new Set(cases.map(({ loss }) => loss))).to.have.property(
      'size',
      Object.keys(losses).length,
    );
    expect(new Set(cases.map(({ optimizer }) => optimizer)).size).to.equal(
      Object.keys(optimizers).length,
    );
  });
});
