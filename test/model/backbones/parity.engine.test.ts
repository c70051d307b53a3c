import * as tf from '@tensorflow/tfjs';
import { buildModel } from '../../../src/model/build.ts';
import type { WeightSpec } from '../../../src/model/layers/layer.ts';
import { summarize } from '../../../src/model/shapes.ts';
import { useEngine } from '../../engine.ts';
import { expectOutput } from './expect-output.ts';
import { graphOf, references } from './references.ts';

/** Returns the same weights as `weight` in keras_applications.py. */
function weightOf(layer: string, { name, shape }: WeightSpec): tf.Tensor {
  const count = shape.reduce((product, each) => product * each, 1);
  const [height = 0, width = 0] = shape;
  const fan = name === 'depthwise_kernel' ? height * width : count / (shape.at(-1) ?? 1);
  // A layer scale is a vector in Keras.
  const isVector = shape.filter((size) => size !== 1).length < 2;
  const spread = isVector ? 0.2 : 2 * Math.sqrt(6 / fan);
  const values = Float32Array.from({ length: count }, (_, index) => {
    const u = (index * 0.6180339887498949 + layer.length * 0.1) % 1;
    if (name.includes('variance')) return 0.5 + u;
    return name === 'gamma' ? 0.8 + 0.4 * u : (u - 0.5) * spread;
  });
  return tf.tensor(values, [...shape]);
}

describe('backbones with the weights of Keras', function (this: Mocha.Suite) {
  this.timeout(60_000);
  useEngine();

  for (const [name, { output }] of Object.entries(references)) {
    if (!output) continue;
    it(`${name} computes the output of Keras`, () => {
      const graph = graphOf(name);
      const model = buildModel(graph, 1);
      for (const { name: layer, weights } of summarize(graph)) {
        const values = weights.map((spec) => weightOf(layer, spec));
        if (values.length > 0) model.getLayer(layer).setWeights(values);
        tf.dispose(values);
      }
      expectOutput(model, output);
      model.dispose();
    });
  }
});
