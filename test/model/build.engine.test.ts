import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { backbones } from '../../src/model/backbones/table.ts';
import { buildModel, setFrozen } from '../../src/model/build.ts';
import { type Graph, INPUT } from '../../src/model/graph.ts';
import { summarize } from '../../src/model/shapes.ts';
import { graphFromKerasConfig } from '../../src/model/source.ts';
import { useEngine } from '../engine.ts';

function backboneGraph(name: string, size: number): Graph {
  const inputShape = [size, size, 3];
  const nodes = backbones[name]?.layers({ inputShape, alpha: 1, weights: 'keras' }) ?? [];
  return { inputShape, nodes };
}

describe('buildModel', function (this: Mocha.Suite) {
  this.timeout(120_000);
  useEngine();

  for (const name of Object.keys(backbones)) {
    it(`${name} computes the planned shapes for an odd size`, () => {
      const graph = backboneGraph(name, 43);
      const model = buildModel(graph, 1);
      const layers = summarize(graph);
      const probe = tf.model({
        inputs: model.inputs,
        outputs: layers.map((layer) => model.getLayer(layer.name).output as tf.SymbolicTensor),
      });
      const shapes = tf.tidy(() =>
        (probe.predict(tf.randomUniform([1, 43, 43, 3])) as tf.Tensor[]).map((output) =>
          output.shape.slice(1),
        ),
      );
      expect(shapes).to.deep.equal(layers.map((layer) => layer.outputShape));
      model.dispose();
    });
  }

  it('writes a configuration that is read as the same network', () => {
    for (const name of ['resnet50v2', 'mobilenetV2']) {
      const graph = backboneGraph(name, 32);
      const model = buildModel(graph, 1);
      const read = graphFromKerasConfig(JSON.parse(JSON.stringify(model.toJSON(null, false))));
      const essence = (each: Graph) =>
        summarize(each)
          .map(({ args: _, ...layer }) => layer)
          .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      expect(essence(read)).to.deep.equal(essence(graph));
      model.dispose();
    }
  });

  const small: Graph = {
    inputShape: [6, 6, 2],
    nodes: [
      {
        name: 'conv',
        kind: 'conv2d',
        args: { filters: 3, kernelSize: 3 },
        inputs: [INPUT],
        part: 'backbone',
      },
      { name: 'bn', kind: 'batchNormalization', args: {}, inputs: ['conv'], part: 'backbone' },
      { name: 'flatten', kind: 'flatten', args: {}, inputs: ['bn'], part: 'head' },
      {
        name: 'dense',
        kind: 'dense',
        args: { units: 4, kernelInitializer: 'heNormal' },
        inputs: ['flatten'],
        part: 'head',
      },
    ],
  };
  const kernel = (model: tf.LayersModel, name: string) =>
    Array.from(model.getLayer(name).getWeights()[0]?.dataSync() ?? []);

  it('draws initial weights that depend on the seed and the names of the layers alone', () => {
    const [one, again, other] = [buildModel(small, 1), buildModel(small, 1), buildModel(small, 2)];
    const withoutConv = buildModel(
      {
        inputShape: [4, 4, 3],
        nodes: small.nodes
          .slice(1)
          .map((node) => (node.name === 'bn' ? { ...node, inputs: [INPUT] } : node)),
      },
      1,
    );
    expect(kernel(again, 'dense')).to.deep.equal(kernel(one, 'dense'));
    expect(kernel(withoutConv, 'dense')).to.deep.equal(kernel(one, 'dense'));
    expect(kernel(other, 'dense')).not.to.deep.equal(kernel(one, 'dense'));
  });

  it('draws initial biases', () => {
    const args = { units: 50, biasInitializer: 'glorotUniform' };
    const nodes = [{ name: 'dense', kind: 'dense', args, inputs: [INPUT], part: 'head' as const }];
    const [, bias] = buildModel({ inputShape: [4], nodes }, 1)
      .getLayer('dense')
      .getWeights();
    const values = Array.from(bias?.dataSync() ?? []);
    expect(values).to.have.length(50);
    expect(values.every(Number.isFinite)).to.equal(true);
    expect(new Set(values).size).to.be.above(40);
  });

  it('draws from the distributions of Keras', () => {
    const wide = (kernelInitializer: string) =>
      kernel(
        buildModel(
          {
            inputShape: [200],
            nodes: [
              {
                name: 'dense',
                kind: 'dense',
                args: { units: 300, kernelInitializer },
                inputs: [INPUT],
                part: 'head',
              },
            ],
          },
          3,
        ),
        'dense',
      );
    const deviation = (values: number[]) =>
      Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length);
    expect(deviation(wide('heNormal'))).to.be.closeTo(Math.sqrt(2 / 200), 0.001);
    expect(deviation(wide('lecunUniform'))).to.be.closeTo(Math.sqrt(1 / 200), 0.001);
    expect(deviation(wide('glorotUniform'))).to.be.closeTo(Math.sqrt(2 / 500), 0.001);
    expect(Math.max(...wide('glorotUniform'))).to.be.closeTo(Math.sqrt(6 / 500), 0.001);
    expect(deviation(wide('truncatedNormal'))).to.be.closeTo(0.05 * 0.8796, 0.001);
  });

  it('freezes the named layers and unfreezes all others', () => {
    const model = buildModel(small, 1);
    setFrozen(model, new Set(['conv', 'bn']));
    expect(model.trainableWeights.map((weight) => weight.originalName)).to.deep.equal([
      'dense/kernel',
      'dense/bias',
    ]);
    setFrozen(model, new Set());
    expect(model.trainableWeights).to.have.length(6);
  });
});
