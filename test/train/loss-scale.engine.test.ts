import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { LossScale } from '../../src/train/optimizers/loss-scale.ts';
import { Optimizer } from '../../src/train/optimizers/optimizer.ts';
import { useEngine } from '../engine.ts';
import { optimizerConfig } from './defaults.ts';
import { reference } from './reference.ts';

const { infinite, nan, scales, final } = reference.lossScaling;
const { start, gradients } = reference.optimizers;

const CASES = {
  adam: { config: optimizerConfig({ name: 'adam', learningRate: 0.1 }), ema: null },
  'sgd ema': {
    config: optimizerConfig({ name: 'sgd', learningRate: 0.1, args: { momentum: 0.9 } }),
    ema: { momentum: 0.8 },
  },
} as const;

/** A layer with the two weights of the reference. */
function weights() {
  const input = tf.input({ shape: [3] });
  const layer = tf.layers.dense({ units: 1 });
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
  model.setWeights([tf.tensor2d(start, [3, 1]), tf.tensor1d([0.25])]);
  return layer.trainableWeights.map((variable) => ({
    name: variable.originalName,
    variable,
    learningRateScale: 1,
  }));
}

describe('loss scaling', () => {
  const engine = useEngine();

  for (const [name, values] of Object.entries(final)) {
    for (const isCompiled of [false, true]) {
      it(`follows Keras: ${name}${isCompiled ? ', compiled' : ''}`, async () => {
        const trained = weights();
        const optimizer = new Optimizer({
          ...CASES[name as keyof typeof CASES],
          weights: trained,
          gradientAccumulation: 1,
          lossScaling: true,
          fused: isCompiled ? engine().fused : null,
        });
        const scale = optimizer.state.get('lossScale') as tf.Variable;
        const step = ([gradient]: readonly tf.Tensor[]) => {
          const kernel = gradient as tf.Tensor;
          const bias = kernel.slice([0, 0], [1, 1]).reshape([1]).mul(2);
          const scaled = [kernel, bias].map((g) => optimizer.scaleLoss(g as tf.Scalar));
          optimizer.apply(scaled, tf.scalar(0.1));
          return [];
        };
        const compiled = engine().compile(step);
        const found: number[] = [];
        for (const [batch, row] of gradients.entries()) {
          const values = [...row];
          if (batch === infinite[0]) values[infinite[1]] = Number.POSITIVE_INFINITY;
          if (batch === nan[0]) values[nan[1]] = Number.NaN;
          const gradient = tf.tensor2d(values, [3, 1]);
          if (isCompiled) await compiled.run([gradient]);
          else tf.tidy(() => step([gradient]) as []);
          engine().syncVariables();
          found.push(scale.dataSync()[0] as number);
          gradient.dispose();
          optimizer.countBatch();
        }
        optimizer.finish();
        expect(found).to.deep.equal(scales);
        const result = trained.flatMap(({ variable }) => [...variable.read().dataSync()]);
        values.forEach((value, i) => {
          expect(result[i], `element ${i}`).to.be.closeTo(value, 2e-6);
        });
        compiled.dispose();
        optimizer.dispose();
      });
    }
  }

  it('doubles after 2,000 finite batches', () => {
    const lossScale = new LossScale();
    const scale = lossScale.state.get('lossScale') as tf.Variable;
    const gradient = tf.tensor1d([1]);
    const apply = () => tf.tidy(() => lossScale.apply([gradient], [], () => {}));
    for (let batch = 1; batch < 2_000; batch++) apply();
    expect(scale.dataSync()[0]).to.equal(2 ** 15);
    apply();
    expect(scale.dataSync()[0]).to.equal(2 ** 16);
    tf.dispose([gradient, ...lossScale.state.values()]);
  });
});
