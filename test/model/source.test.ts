import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { InputError } from '../../src/common/errors.ts';
import type { Json } from '../../src/common/json.ts';
import type { Graph } from '../../src/model/graph.ts';
import { summarize } from '../../src/model/shapes.ts';
import { graphFromKerasConfig } from '../../src/model/source.ts';

/** Reads the results of `model.to_json()` and `model.count_params()` of Keras 3.15. */
function keras(name: string): { config: Json; parameters: number } {
  return JSON.parse(readFileSync(new URL(`keras-configs/${name}.json`, import.meta.url), 'utf8'));
}

function parameters(graph: Graph): number {
  return summarize(graph).reduce((total, layer) => total + layer.parameters, 0);
}

function argsOf(graph: Graph, name: string) {
  return graph.nodes.find((node) => node.name === name)?.args;
}

describe('graphFromKerasConfig', () => {
  it('reads a Sequential model of Keras 3', () => {
    const { config, parameters: count } = keras('sequential');
    const graph = graphFromKerasConfig(config);
    expect(graph.inputShape).to.deep.equal([28, 28, 1]);
    expect(parameters(graph)).to.equal(count);
    expect(argsOf(graph, 'conv')).to.deep.equal({
      filters: 8,
      kernelSize: [3, 3],
      strides: [1, 1],
      padding: 'valid',
      dilationRate: [1, 1],
      activation: 'relu',
      useBias: true,
      kernelRegularizer: { l2: 0.0001 },
    });
    expect(argsOf(graph, 'leaky')).to.deep.equal({ alpha: 0.1 });
    expect(argsOf(graph, 'bn')).to.include({ momentum: 0.99, epsilon: 0.001 });
    expect(summarize(graph).at(-1)?.outputShape).to.deep.equal([10]);
  });

  it('reads a Functional model of Keras 3, without layers that its output does not need', () => {
    const { config, parameters: count } = keras('functional');
    const graph = graphFromKerasConfig(config);
    expect(graph.nodes.map(({ name, inputs }) => `${name} ${inputs.join(' ')}`)).to.deep.equal([
      'a input',
      'b input',
      'sum a b',
      'joined sum input',
      'flatten joined',
      'd flatten',
    ]);
    expect(parameters(graph)).to.equal(count);
    expect(argsOf(graph, 'd')).to.include({ activation: 'silu' });
  });

  it('reads a Sequential model of TensorFlow.js', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [9, 9, 2],
          filters: 3,
          kernelSize: 3,
          kernelRegularizer: 'l1l2',
        }),
        tf.layers.depthwiseConv2d({ kernelSize: 3 }),
        tf.layers.reLU({ maxValue: 6 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 4, activation: 'softmax' }),
      ],
    });
    const graph = graphFromKerasConfig(JSON.parse(JSON.stringify(model.toJSON(null, false))));
    expect(parameters(graph)).to.equal(model.countParams());
    expect(graph.inputShape).to.deep.equal([9, 9, 2]);
  });

  const sequential = (className: string, config: Json): Json => ({
    class_name: 'Sequential',
    config: {
      layers: [
        { class_name: 'InputLayer', config: { name: 'in', batch_shape: [null, 8, 8, 3] } },
        { class_name: className, config },
      ],
    },
  });
  const unsupported: Record<string, [Json, RegExp]> = {
    'a layer of an unknown class': [
      sequential('LSTM', { name: 'memory', units: 3 }),
      /^layer memory must be one of Dense, .* Received: LSTM$/,
    ],
    'an unsupported argument': [
      sequential('Conv2D', { name: 'c', filters: 6, kernel_size: 3, groups: 3 }),
      /^layer c: Conv2D with groups 3 is not supported$/,
    ],
    'channels first': [
      sequential('MaxPooling2D', { name: 'p', pool_size: 2, data_format: 'channels_first' }),
      /^layer p: MaxPooling2D with data_format "channels_first" is not supported$/,
    ],
    'a batch normalization over another axis': [
      sequential('BatchNormalization', { name: 'b', axis: 1 }),
      /^layer b: BatchNormalization with axis 1 is not supported$/,
    ],
    'an input without a fixed size': [
      {
        class_name: 'Sequential',
        config: {
          layers: [
            { class_name: 'InputLayer', config: { name: 'in', batch_shape: [null, null, 8, 3] } },
          ],
        },
      },
      /must have a fixed shape. Received: \[null, null, 8, 3\]$/,
    ],
    'another configuration': [[1], /must be a map. Received: \[1\]$/],
  };
  for (const [title, [config, message]] of Object.entries(unsupported)) {
    it(`rejects ${title}`, () => {
      expect(() => graphFromKerasConfig(config)).to.throw(InputError, message);
    });
  }
});
