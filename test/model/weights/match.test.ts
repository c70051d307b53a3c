import { expect } from 'chai';
import { InputError } from '../../../src/common/errors.ts';
import type { WeightFile } from '../../../src/model/weights/format.ts';
import {
  type LayerWeights,
  matchWeights,
  renameInOrder,
} from '../../../src/model/weights/match.ts';

/** Returns a weight file from lines of `layer weight size…`; the weight name `-` means `null`. */
function file(lines: string[], ordered = true): WeightFile {
  const entries = lines.map((line) => {
    const [layer = '', name = '', ...shape] = line.split(' ');
    return {
      layer,
      name: name === '-' ? null : name,
      shape: shape.map(Number),
      dtype: 'float32',
      read: async () => new Float32Array(),
    };
  });
  const close = async () => {};
  return { path: 'weights.h5', format: 'Keras HDF5', entries, ordered, architecture: null, close };
}

const model: LayerWeights[] = [
  {
    layer: 'conv',
    weights: [
      { name: 'kernel', shape: [3, 3, 1, 8] },
      { name: 'bias', shape: [8] },
    ],
  },
  { layer: 'pool', weights: [] },
  {
    layer: 'bn',
    weights: [
      { name: 'gamma', shape: [8] },
      { name: 'beta', shape: [8] },
    ],
  },
];

function matched(...args: Parameters<typeof file>): string[][] {
  const found = matchWeights(model, file(...args));
  return [...found.values()].map((entries) => entries.map(({ name, shape }) => `${name} ${shape}`));
}

function errorOf(...args: Parameters<typeof file>): string {
  try {
    matched(...args);
  } catch (error) {
    expect(error).to.be.instanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('no error was thrown');
}

describe('matching weights', () => {
  it('matches layers and weights by name, and ignores other layers of the file', () => {
    const lines = [
      'bn beta 8',
      'bn gamma 8',
      'top kernel 8 10',
      'conv bias 8',
      'conv kernel 3 3 1 8',
    ];
    expect(matched(lines)).to.deep.equal([
      ['kernel 3,3,1,8', 'bias 8'],
      ['gamma 8', 'beta 8'],
    ]);
  });

  it('matches weights by order if their names differ, as Keras does', () => {
    const lines = ['conv conv_W 3 3 1 8', 'conv conv_b 8', 'bn - 8', 'bn - 8'];
    expect(matched(lines)).to.deep.equal([
      ['conv_W 3,3,1,8', 'conv_b 8'],
      ['null 8', 'null 8'],
    ]);
  });

  it('ignores the count of Normalization in Keras', () => {
    const normalization: LayerWeights = {
      layer: 'normalization',
      weights: [
        { name: 'mean', shape: [3] },
        { name: 'variance', shape: [3] },
      ],
    };
    const kept = [['mean', 'variance', 'count'] as const, ['-', '-', '-'] as const];
    for (const [mean, variance, count] of kept) {
      const lines = [`normalization ${mean} 3`, `normalization ${variance} 3`];
      for (const written of [lines, [...lines, `normalization ${count}`]]) {
        const found = matchWeights([normalization], file(written)).get('normalization');
        expect(found?.map(({ shape }) => shape)).to.deep.equal([[3], [3]]);
      }
    }
  });

  it('does not match by order if the format has none', () => {
    const lines = ['conv weight 3 3 1 8', 'conv bias 8', 'bn gamma 8', 'bn beta 8'];
    expect(errorOf(lines, false)).to.contain(
      'layer conv has the weights kernel, bias in the model, and weight, bias in the file',
    );
  });

  it('lists layers without weights, with similar names in the file', () => {
    const message = errorOf(['conv1 kernel 3 3 1 8', 'conv1 bias 8']);
    expect(message).to.equal(
      [
        'the weights in weights.h5 (Keras HDF5, 1 layers with weights) do not fit the model (2 layers with weights):',
        'layer conv has no weights in the file. Did you mean conv1?',
        'layer bn has no weights in the file',
      ].join('\n  '),
    );
  });

  it('suggests the cut where the file ends', () => {
    const message = errorOf(['conv kernel 3 3 1 8', 'conv bias 8']);
    expect(message).to.equal(
      'the weights in weights.h5 end after pool; cut: pool leaves out the layers after it',
    );
  });

  it('lists weights with another shape', () => {
    const lines = ['conv kernel 3 3 3 8', 'conv bias 8', 'bn gamma 4', 'bn beta 4'];
    expect(errorOf(lines))
      .to.contain(
        'layer conv: kernel has the shape [3, 3, 1, 8] in the model, and [3, 3, 3, 8] in the file',
      )
      .and.contain('layer bn: gamma has the shape [8] in the model, and [4] in the file');
  });

  it('takes the kernels of grouped convolutions and layer scales for depthwise ones', () => {
    const depthwise: LayerWeights[] = [
      { layer: 'conv', weights: [{ name: 'depthwise_kernel', shape: [7, 7, 8, 1] }] },
      { layer: 'scale', weights: [{ name: 'depthwise_kernel', shape: [1, 1, 8, 1] }] },
    ];
    const found = matchWeights(depthwise, file(['conv kernel 7 7 1 8', 'scale Variable 8']));
    expect(found.get('conv')?.[0]?.name).to.equal('kernel');
    expect(found.get('scale')?.[0]?.name).to.equal('Variable');
    expect(() => matchWeights(depthwise, file(['conv kernel 7 7 8 8', 'scale gamma 8']))).to.throw(
      InputError,
      'depthwise_kernel has the shape [7, 7, 8, 1] in the model, and [7, 7, 8, 8] in the file',
    );
  });

  it('lists a layer with more weights in the file', () => {
    const lines = ['conv kernel 3 3 1 8', 'conv bias 8', 'bn - 8', 'bn - 8', 'bn - 8'];
    expect(errorOf(lines)).to.contain('gamma, beta in the model, and 0, 1, 2 in the file');
  });

  it('renames layers in their order if their number is equal', () => {
    const lines = ['c1 kernel 3 3 1 8', 'c1 bias 8', 'b1 gamma 8', 'b1 beta 8'];
    const renamed = renameInOrder(model, file(lines)).entries.map(({ layer }) => layer);
    expect(renamed).to.deep.equal(['conv', 'conv', 'bn', 'bn']);
    const more = file([...lines, 'd1 kernel 8 10']);
    expect(renameInOrder(model, more)).to.equal(more);
  });

  it('keeps the names of layers that the model has, in any order', () => {
    const same = file(['bn gamma 8', 'bn beta 8', 'conv kernel 3 3 1 8', 'conv bias 8']);
    expect(renameInOrder(model, same)).to.equal(same);
  });
});
