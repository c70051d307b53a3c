import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { uniforms } from '../../../src/common/random.ts';
import type { LayerArgs } from '../../../src/experiment/experiment.ts';
import { buildModel } from '../../../src/model/build.ts';
import { type Graph, INPUT, type Shape } from '../../../src/model/graph.ts';
import { layerKinds } from '../../../src/model/layers/table.ts';
import { activationNames } from '../../../src/model/layers/tfjs-args.ts';
import { summarize } from '../../../src/model/shapes.ts';
import { useEngine } from '../../engine.ts';

type Case = readonly [inputs: Shape | readonly [Shape, Shape], args: LayerArgs];

/** Inputs and arguments for each kind of layer that cover its shape rules. */
const cases: Record<string, readonly Case[]> = {
  dense: [
    [[7], { units: 3, activation: 'silu', kernelRegularizer: { l2: 0.1 } }],
    [[4, 5, 6], { units: 3, useBias: false }],
  ],
  dropout: [
    [[7], { rate: 0.5 }],
    [[4, 5, 6], { rate: 0.5, noiseShape: [null, 1, 1, 1] }],
  ],
  batchNormalization: [
    [[4, 5, 6], {}],
    [[7], { center: false }],
    [[4, 5, 6], { scale: false, momentum: 0.9 }],
  ],
  flatten: [
    [[4, 5, 6], {}],
    [[7], {}],
  ],
  globalAveragePooling2d: [[[4, 5, 6], {}]],
  globalMaxPooling2d: [[[4, 5, 6], {}]],
  conv2d: [
    [[9, 8, 3], { filters: 4, kernelSize: 3 }],
    [[9, 8, 3], { filters: 4, kernelSize: [2, 3], strides: 2, padding: 'same', useBias: false }],
    [[9, 8, 3], { filters: 4, kernelSize: 3, strides: [2, 3] }],
    [[9, 8, 3], { filters: 4, kernelSize: 3, dilationRate: 2, activation: 'relu' }],
    [[9, 8, 3], { filters: 4, kernelSize: [2, 3], dilationRate: [3, 2], padding: 'same' }],
  ],
  separableConv2d: [
    [[9, 8, 3], { filters: 4, kernelSize: 3, depthMultiplier: 2 }],
    [[9, 8, 3], { filters: 4, kernelSize: 3, strides: 2, padding: 'same' }],
    [[9, 8, 3], { filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' }],
  ],
  depthwiseConv2d: [
    [[9, 8, 3], { kernelSize: 3, depthMultiplier: 2 }],
    [[9, 8, 3], { kernelSize: 5, strides: 2, padding: 'same', useBias: false }],
    [[9, 8, 3], { kernelSize: 3, padding: 'same', activation: 'tanh' }],
  ],
  conv2dTranspose: [
    [[4, 5, 6], { filters: 3, kernelSize: 3, strides: 2, padding: 'same' }],
    [[4, 5, 6], { filters: 3, kernelSize: 3, strides: 2 }],
    [[4, 5, 6], { filters: 3, kernelSize: 2, strides: 3 }],
  ],
  maxPooling2d: [
    [[9, 8, 3], {}],
    [[9, 8, 3], { poolSize: 3, strides: 2, padding: 'same' }],
  ],
  averagePooling2d: [
    [[9, 8, 3], { poolSize: [2, 3] }],
    [[9, 8, 3], { poolSize: 3, strides: 2, padding: 'same' }],
  ],
  activation: [[[7], { activation: 'gelu' }]],
  reLU: [[[7], { maxValue: 6 }]],
  leakyReLU: [[[7], { alpha: 0.1 }]],
  elu: [[[7], {}]],
  softmax: [
    [[7], {}],
    [[4, 5, 6], {}],
  ],
  gaussianNoise: [[[7], { stddev: 0.1 }]],
  gaussianDropout: [[[7], { rate: 0.1 }]],
  spatialDropout2d: [[[4, 5, 6], { rate: 0.1 }]],
  layerNormalization: [
    [[4, 5, 6], {}],
    [[4, 5, 6], { scale: false }],
    [[7], { center: false }],
  ],
  normalization: [[[4, 5, 6], {}]],
  rescaling: [
    [[4, 5, 6], { scale: 2, offset: 1 }],
    [[4, 5, 3], { scale: [1, 2, 3] }],
  ],
  reshape: [
    [[4, 6], { targetShape: [3, 8] }],
    [[4, 6], { targetShape: [2, -1, 3] }],
  ],
  permute: [[[4, 5, 6], { dims: [3, 1, 2] }]],
  zeroPadding2d: [
    [[4, 5, 6], {}],
    [[4, 5, 6], { padding: 2 }],
    [[4, 5, 6], { padding: [1, 2] }],
    [
      [4, 5, 6],
      {
        padding: [
          [0, 1],
          [2, 3],
        ],
      },
    ],
  ],
  cropping2d: [
    [[4, 5, 6], { cropping: 1 }],
    [[4, 5, 6], { cropping: [1, [0, 2]] }],
    [
      [4, 5, 6],
      {
        cropping: [
          [0, 1],
          [2, 1],
        ],
      },
    ],
  ],
  upSampling2d: [
    [[4, 5, 6], {}],
    [[4, 5, 6], { size: 3 }],
    [[4, 5, 6], { size: [2, 3], interpolation: 'bilinear' }],
  ],
  add: [
    [
      [
        [4, 5, 6],
        [4, 5, 6],
      ],
      {},
    ],
  ],
  multiply: [
    [
      [
        [4, 5, 6],
        [1, 1, 6],
      ],
      {},
    ],
  ],
  average: [[[[7], [7]], {}]],
  maximum: [[[[7], [7]], {}]],
  concatenate: [
    [
      [
        [4, 5, 6],
        [4, 5, 2],
      ],
      {},
    ],
  ],
};

/** Computes the derivative of a random sum of the output in a random direction: by gradient, and by finite difference. */
function slopes(graph: Graph): [byGradient: number, byDifference: number] {
  const model = buildModel(graph, 1);
  const random = (shape: number[], key: string) => {
    const numbers = uniforms(tf.util.sizeFromShape(shape), [key]);
    return tf.tensor(
      Float32Array.from(numbers, (each) => 2 * each - 1),
      shape,
    );
  };
  const result = tf.tidy(() => {
    const shape = [2, ...graph.inputShape];
    const [x, direction] = [random(shape, 'x'), random(shape, 'direction')];
    const factors = random((model.predict(x) as tf.Tensor).shape, 'factors');
    const sum = (at: tf.Tensor) => (model.apply(at) as tf.Tensor).mul(factors).sum();
    const step = 1e-3;
    const [after, before] = [1, -1].map((sign) => sum(x.add(direction.mul(sign * step))));
    const difference = (after as tf.Tensor).sub(before as tf.Tensor).div(2 * step);
    return [tf.grad(sum)(x).mul(direction).sum(), difference].map((each) => each.dataSync()[0]);
  });
  model.dispose();
  return result as [number, number];
}

/** Returns a network in which the layer reads the input, or the input and another layer. */
function graphOf(kind: string, [inputs, args]: Case): Graph {
  const part = 'head' as const;
  const node = (name: string, more: { kind: string; args: LayerArgs; inputs: string[] }) => ({
    name,
    part,
    ...more,
  });
  const [first, second] = inputs;
  if (typeof first === 'number' || !second || typeof second === 'number') {
    const layer = node('layer', { kind, args, inputs: [INPUT] });
    return { inputShape: inputs as Shape, nodes: [layer] };
  }
  const [height = 0, width = 0, channels = 0] = first ?? [];
  const [rows, columns, filters = 0] = second;
  const same = second.join() === first?.join();
  const shrink = rows !== height || columns !== width;
  const side = same
    ? [node('side', { kind: 'activation', args: { activation: 'tanh' }, inputs: [INPUT] })]
    : shrink
      ? [
          node('pool', { kind: 'globalAveragePooling2d', args: {}, inputs: [INPUT] }),
          node('side', {
            kind: 'reshape',
            args: { targetShape: [1, 1, channels] },
            inputs: ['pool'],
          }),
        ]
      : [node('side', { kind: 'conv2d', args: { filters, kernelSize: 1 }, inputs: [INPUT] })];
  const layer = node('layer', { kind, args, inputs: [INPUT, 'side'] });
  return { inputShape: first as Shape, nodes: [...side, layer] };
}

describe('layer kinds', () => {
  useEngine();

  it('all have a case in this test', () => {
    expect(Object.keys(cases).toSorted()).to.deep.equal(Object.keys(layerKinds).toSorted());
  });

  it('have their own names in the table', () => {
    for (const [name, layer] of Object.entries(layerKinds)) expect(layer.kind).to.equal(name);
  });

  for (const [kind, each] of Object.entries(cases)) {
    for (const [index, one] of each.entries()) {
      it(`${kind} (${index + 1}) computes the same when it is loaded from model.json`, async () => {
        const model = buildModel(graphOf(kind, one), 1);
        const loaded = await tf.models.modelFromJSON(
          model.toJSON(null, false) as Parameters<typeof tf.models.modelFromJSON>[0],
        );
        loaded.setWeights(model.getWeights());
        const shape = [2, ...(model.inputs[0]?.shape.slice(1) ?? [])] as number[];
        const x = tf.randomUniform(shape, -1, 1, 'float32', 'x');
        const [before, after] = [model, loaded].map((each) => each.predict(x) as tf.Tensor);
        expect(after?.shape).to.deep.equal(before?.shape);
        expect(
          after
            ?.sub(before as tf.Tensor)
            .abs()
            .max()
            .dataSync()[0],
        ).to.equal(0);
      });

      it(`${kind} (${index + 1}) has the shape and weights of the TensorFlow.js layer`, () => {
        const graph = graphOf(kind, one);
        const summary = summarize(graph).at(-1);
        const model = buildModel(graph, 1);
        const layer = model.getLayer('layer');
        const names: Record<string, string> = { mean: 'moving_mean', variance: 'moving_variance' };
        // Keras stores the count, which is not used in the computation; tfjs-layers does not.
        const specs = summary?.weights.filter((weight) => weight.name !== 'count') ?? [];
        const renamed = kind === 'normalization' ? names : {};

        const output = tf.tidy(() =>
          (model.predict(tf.randomUniform([2, ...graph.inputShape])) as tf.Tensor).shape.slice(1),
        );
        expect(summary?.outputShape).to.deep.equal(output);
        expect(
          specs.map(({ name, shape, trainable }) => [renamed[name] ?? name, shape, trainable]),
        ).to.deep.equal(
          layer.weights.map((weight) => [
            weight.originalName.split('/').at(-1),
            weight.shape,
            weight.trainable,
          ]),
        );
        model.dispose();
      });
    }
  }

  for (const [kind, each] of Object.entries(cases)) {
    it(`${kind} has the correct gradient`, () => {
      for (const one of each) {
        const [byGradient, byDifference] = slopes(graphOf(kind, one));
        expect(byGradient).to.be.closeTo(byDifference, 0.01 * Math.max(1, Math.abs(byDifference)));
      }
    });
  }

  for (const activation of activationNames) {
    it(`activation ${activation} has the correct gradient`, () => {
      const [byGradient, byDifference] = slopes(graphOf('activation', [[7], { activation }]));
      expect(byGradient).to.be.closeTo(byDifference, 0.01);
    });
  }
});
