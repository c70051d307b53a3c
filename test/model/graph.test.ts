import { expect } from 'chai';
import { InputError } from '../../src/common/errors.ts';
import type { FreezePattern } from '../../src/experiment/experiment.ts';
import { buildGraph } from '../../src/model/build-graph.ts';
import { frozenLayers } from '../../src/model/graph.ts';
import { experiment, named } from '../experiment.ts';

const graph = buildGraph(experiment({ backbone: named('vgg16', { cut: 'block2_pool' }) }).model);
const frozen = (...patterns: FreezePattern[]) => [...frozenLayers(graph, patterns)];

describe('frozenLayers', () => {
  it('freezes the backbone or the head', () => {
    expect(frozen('backbone')).to.deep.equal([
      'block1_conv1',
      'block1_conv2',
      'block1_pool',
      'block2_conv1',
      'block2_conv2',
      'block2_pool',
    ]);
    expect(frozen('head')).to.deep.equal(['flatten', 'predictions']);
  });

  it('freezes layers by name, by glob, and up to a layer', () => {
    expect(frozen('block1_conv2')).to.deep.equal(['block1_conv2']);
    expect(frozen('*_conv1', 'flatten')).to.deep.equal(['block1_conv1', 'block2_conv1', 'flatten']);
    expect(frozen({ upTo: 'block1_pool' })).to.deep.equal([
      'block1_conv1',
      'block1_conv2',
      'block1_pool',
    ]);
  });

  it('freezes nothing without patterns', () => {
    expect(frozen()).to.deep.equal([]);
  });

  it('rejects a pattern that matches nothing', () => {
    expect(() => frozen('block3_*')).to.throw(InputError, 'block3_* matches no layer');
    expect(() => frozen({ upTo: 'block1_pol' })).to.throw(
      InputError,
      'no layer is named block1_pol. Did you mean block1_pool?',
    );
  });
});
