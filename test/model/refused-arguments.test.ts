import { expect } from 'chai';
import type { LayerArgs } from '../../src/experiment/experiment.ts';
import { INPUT, type Shape } from '../../src/model/graph.ts';
import { LayerError, summarize } from '../../src/model/shapes.ts';

const IMAGE: Shape = [8, 9, 3];

/** Arguments that the schema allows but no layer can be built with, and what the error says. */
const cases: readonly [kind: string, args: LayerArgs, message: RegExp, input?: Shape][] = [
  ['softmax', { axis: 0 }, /axis must be the last one, -1 or 3\. Received: 0$/],
  ['softmax', { axis: 1 }, /axis must be the last one, -1 or 3\. Received: 1$/],
  ['softmax', { axis: 5 }, /axis must be the last one, -1 or 3\. Received: 5$/],
  ['softmax', { axis: -5 }, /axis must be the last one, -1 or 3\. Received: -5$/],
  ['rescaling', { scale: [1, 2] }, /scale must be a number, or a list of 3.*\[1, 2\]$/],
  ['dropout', { rate: 0.5, noiseShape: [null, 8] }, /noiseShape must have null, 1 or the size/],
  ['dropout', { rate: 0.5, noiseShape: [4, 8, 9, 3] }, /noiseShape must have null, 1 or the size/],
  ['dense', { units: 2, biasInitializer: 'orthogonal' }, /biasInitializer must not be orthogonal/],
  [
    'depthwiseConv2d',
    { kernelSize: 3, dilationRate: 2 },
    /dilationRate must be 1, as tfjs-layers ignores it.* Received: \[2, 2\]$/,
  ],
  ['spatialDropout2d', { rate: 0.5 }, /takes an input of \[height, width, channels\]/, [7]],
  ['conv2d', { filters: 1, kernelSize: [1000, 1] }, /kernelSize must be at most 128/],
  ['elu', { alpha: 0.5 }, /alpha must be 1/],
  ['reshape', { targetShape: [] }, /targetShape must hold the 1 numbers/, [1]],
];

describe('arguments that fit no layer', () => {
  for (const [kind, args, message, input = IMAGE] of cases) {
    it(`are refused by the plan: ${kind} ${JSON.stringify(args)}`, () => {
      const node = { name: 'layer', part: 'head' as const, kind, args, inputs: [INPUT] };
      expect(() => summarize({ inputShape: input, nodes: [node] })).to.throw(LayerError, message);
    });
  }
});
