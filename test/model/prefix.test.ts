import { expect } from 'chai';
import type { LayerArgs } from '../../src/experiment/experiment.ts';
import { backbones } from '../../src/model/backbones/table.ts';
import { frozenLayers, type Graph, type GraphNode, INPUT } from '../../src/model/graph.ts';
import { frozenPrefix } from '../../src/model/prefix.ts';
import { summarize } from '../../src/model/shapes.ts';

/** Returns the last layer of the prefix when these layers are frozen. */
function cut(graph: Graph, freeze: Parameters<typeof frozenLayers>[1]) {
  return frozenPrefix(summarize(graph), frozenLayers(graph, freeze))?.cut.name ?? null;
}

function chain(...layers: readonly (readonly [kind: string, args?: LayerArgs])[]): Graph {
  const nodes = layers.map(([kind, args = {}], i) => ({
    name: `${kind}${i}`,
    kind,
    args,
    inputs: [i === 0 ? INPUT : `${layers[i - 1]?.[0]}${i - 1}`],
    part: 'backbone' as const,
  }));
  return { inputShape: [8, 8, 3], nodes };
}

describe('frozenPrefix', () => {
  const conv = ['conv2d', { filters: 4, kernelSize: 3 }] as const;
  const dense = ['dense', { units: 2 }] as const;

  it('ends before the first trained layer', () => {
    const graph = chain(conv, conv, conv, ['flatten'], dense);
    expect(cut(graph, ['conv2d0', 'conv2d1'])).to.equal('conv2d1');
    expect(cut(graph, ['conv2d0', 'conv2d2'])).to.equal('conv2d0');
    expect(cut(graph, ['conv2d1', 'conv2d2'])).to.equal(null);
    expect(cut(graph, [])).to.equal(null);
  });

  it('does not exist if it would have no weights', () => {
    expect(cut(chain(['flatten'], dense), [])).to.equal(null);
    expect(cut(chain(['maxPooling2d'], conv, ['flatten'], dense), [])).to.equal(null);
  });

  it('includes layers without weights at its end that do not make the features larger', () => {
    expect(cut(chain(conv, ['flatten'], dense), ['conv2d0'])).to.equal('flatten1');
    expect(cut(chain(conv, ['globalAveragePooling2d'], dense), ['conv2d0'])).to.equal(
      'globalAveragePooling2d1',
    );
    const larger = chain(conv, ['upSampling2d'], ['flatten'], dense);
    expect(cut(larger, ['conv2d0'])).to.equal('conv2d0');
    const both = chain(conv, ['zeroPadding2d'], ['maxPooling2d'], conv, ['flatten'], dense);
    expect(cut(both, ['conv2d0'])).to.equal('maxPooling2d2');
  });

  it('ends before random layers that are not frozen, and before trained batch normalizations', () => {
    for (const kind of ['dropout', 'spatialDropout2d', 'gaussianNoise', 'gaussianDropout']) {
      const graph = chain(conv, [kind, {}], conv, ['flatten'], dense);
      expect(cut(graph, ['conv2d*']), kind).to.equal('conv2d0');
      expect(cut(graph, ['conv2d*', kind + 1]), kind).to.equal('flatten3');
    }
    const untrained = ['batchNormalization', { center: false, scale: false }] as const;
    const graph = chain(conv, untrained, conv, ['flatten'], dense);
    expect(cut(graph, ['conv2d*'])).to.equal('conv2d0');
    expect(cut(graph, ['conv2d*', 'batch*'])).to.equal('flatten3');
  });

  it('ends where later layers read a single tensor', () => {
    const { nodes } = chain(conv, ['conv2d', { filters: 4, kernelSize: 1 }]);
    const node = (kind: string, inputs: string[], args: LayerArgs = {}): GraphNode => ({
      name: kind,
      kind,
      args,
      inputs,
      part: 'head',
    });
    const add = node('add', ['conv2d0', 'conv2d1']);
    const rest = [node('flatten', ['add']), node('dense', ['flatten'], { units: 2 })];
    const graph: Graph = { inputShape: [8, 8, 3], nodes: [...nodes, add, ...rest] };
    expect(cut(graph, ['conv2d0'])).to.equal('conv2d0');
    expect(cut(graph, ['conv2d1'])).to.equal(null);
    expect(cut(graph, ['conv2d*'])).to.equal('flatten');
  });

  it('ends with a block of ResNet50', () => {
    const layers = backbones.resnet50?.layers({
      inputShape: [64, 64, 3],
      alpha: 1,
      weights: 'keras',
    });
    const head: GraphNode[] = [
      {
        name: 'pool',
        kind: 'globalAveragePooling2d',
        args: {},
        inputs: ['conv5_block3_out'],
        part: 'head',
      },
      { name: 'dense', kind: 'dense', args: { units: 10 }, inputs: ['pool'], part: 'head' },
    ];
    const graph: Graph = { inputShape: [64, 64, 3], nodes: [...(layers ?? []), ...head] };
    expect(cut(graph, [{ upTo: 'conv3_block2_2_relu' }])).to.equal('conv3_block1_out');
    expect(cut(graph, ['conv[1-4]*', 'pool1*'])).to.equal('conv4_block6_out');
    expect(cut(graph, ['backbone'])).to.equal('pool');
  });
});
