import { expect } from 'chai';
import { InputError } from '../../../src/common/errors.ts';
import type { WeightFile } from '../../../src/model/weights/format.ts';
import { type LayerWeights, matchWeights, namedInOrder } from '../../../src/model/weights/match.ts';

/** Lines of `layer weight size…`; a weight named - has no name. */
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

function refusal(...args: Parameters<typeof file>): string {
  try {
    matched(...args);
  } catch (error) {
    expect(error).to.be.instanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('matching weights', () => {
  it('goes by the names of layers and weights, and leaves what only the file has', () => {
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

  it('goes by the order of the weights where their names are others, as Keras does', () => {
    const lines = ['conv conv_W 3 3 1 8', 'conv conv_b 8', 'bn - 8', 'bn - 8'];
    expect(matched(lines)).to.deep.equal([
      ['conv_W 3,3,1,8', 'conv_b 8'],
      ['null 8', 'null 8'],
    ]);
  });

  it("leaves the count that Keras' Normalization keeps beside its mean and variance", () => {
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

  it('does not go by an order that the format does not keep', () => {
    const lines = ['conv weight 3 3 1 8', 'conv bias 8', 'bn gamma 8', 'bn beta 8'];
    expect(refusal(lines, false)).to.contain(
      'layer conv has the weights kernel, bias in the model, and weight, bias in the file',
    );
  });

  it('names each layer without weights, and the nearest that the file has', () => {
    const message = refusal(['conv1 kernel 3 3 1 8', 'conv1 bias 8']);
    expect(message).to.equal(
      [
        'the weights in weights.h5 (Keras HDF5, 1 layers with weights) do not fit the model (2 layers with weights):',
        'layer conv has no weights in it. Did you mean conv1?',
        'layer bn has no weights in it',
      ].join('\n  '),
    );
  });

  it('names each weight whose shape does not fit', () => {
    const lines = ['conv kernel 3 3 3 8', 'conv bias 8', 'bn gamma 4', 'bn beta 4'];
    expect(refusal(lines))
      .to.contain(
        "layer conv: the model's kernel has the shape [3, 3, 1, 8], the file's [3, 3, 3, 8]",
      )
      .and.contain("layer bn: the model's gamma has the shape [8], the file's [4]");
  });

  it('names a layer that has more weights in the file', () => {
    const lines = ['conv kernel 3 3 1 8', 'conv bias 8', 'bn - 8', 'bn - 8', 'bn - 8'];
    expect(refusal(lines)).to.contain('gamma, beta in the model, and 0, 1, 2 in the file');
  });

  it('takes layers under other names in their order, if there are as many', () => {
    const lines = ['c1 kernel 3 3 1 8', 'c1 bias 8', 'b1 gamma 8', 'b1 beta 8'];
    const renamed = namedInOrder(model, file(lines)).entries.map(({ layer }) => layer);
    expect(renamed).to.deep.equal(['conv', 'conv', 'bn', 'bn']);
    const more = file([...lines, 'd1 kernel 8 10']);
    expect(namedInOrder(model, more)).to.equal(more);
  });

  it('leaves the names of layers that the model has, in whatever order', () => {
    const same = file(['bn gamma 8', 'bn beta 8', 'conv kernel 3 3 1 8', 'conv bias 8']);
    expect(namedInOrder(model, same)).to.equal(same);
  });
});
