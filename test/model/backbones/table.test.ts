import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { backbones } from '../../../src/model/backbones/table.ts';
import { layerKinds } from '../../../src/model/layers/table.ts';
import { summarize } from '../../../src/model/shapes.ts';
import { graphOf, references } from './references.ts';

/** Networks with hard swish, grouped convolutions or layer scales, which are made of other layers here. */
const COMPOSED = ['mobilenetV3Small', 'mobilenetV3Large', 'convNeXtTiny'];

describe('backbones', () => {
  for (const [title, reference] of Object.entries(references)) {
    it(`${title} has the number of parameters of Keras`, () => {
      const layers = summarize(graphOf(title));
      const total = layers.reduce((sum, layer) => sum + layer.parameters, 0);
      const trainable = layers.reduce((sum, layer) => sum + layer.trainableParameters, 0);
      expect(total).to.equal(reference.parameters);
      expect(total - trainable).to.equal(reference.nonTrainable);
    });

    if (!reference.layers) continue;
    if (COMPOSED.includes(title)) {
      it(`${title} has the layers of Keras, and layers that they are made of`, () => {
        const line = (name: string, shape: string, parameters: number) =>
          `${name} ${shape} ${parameters}`;
        const actual = summarize(graphOf(title)).map((layer) =>
          line(layer.name, layer.outputShape.join('x'), layer.parameters),
        );
        const expected = reference.layers?.map((each) => {
          const [name = '', , shape = '', parameters] = each.split(' ');
          return line(name, shape, Number(parameters));
        });
        expect(actual).to.include.members(expected ?? []);
      });
      continue;
    }
    it(`${title} has the layers of Keras: names, classes, shapes, parameters and inputs`, () => {
      const actual = summarize(graphOf(title)).map((layer) =>
        [
          layer.name,
          layerKinds[layer.kind]?.className,
          layer.outputShape.join('x'),
          layer.parameters,
          ...layer.inputs,
        ].join(' '),
      );
      // Normalization by given statistics has no weights, and is a Rescaling here.
      const expected = reference.layers?.map((line) =>
        line.replace(/^normalization Normalization (\S+ 0 )/, 'normalization Rescaling $1'),
      );
      expect(actual.toSorted()).to.deep.equal(expected?.toSorted());
    });
  }

  it('are listed in docs/backbones.md with their parameters and cost', () => {
    const rows = readFileSync('docs/backbones.md', 'utf8').match(/^\| `.+(?= \|.+\|$)/gm);
    const inputShape = [224, 224, 3];
    const expected = Object.entries(backbones).map(([name, backbone]) => {
      const nodes = backbone.layers({ inputShape, alpha: 1, weights: 'other' });
      const layers = summarize({ inputShape, nodes });
      const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
      const flops = layers.reduce((sum, layer) => sum + layer.flops, 0);
      return `| \`${name}\` | ${parameters.toLocaleString('en')} | ${(flops / 1e9).toFixed(2)}`;
    });
    expect(rows).to.deep.equal(expected);
  });

  it('each have a reference of the same name', () => {
    for (const [name, backbone] of Object.entries(backbones)) {
      expect(backbone.name).to.equal(name);
      expect(references).to.have.property(name);
    }
  });
});
