import { expect } from 'chai';
import { backbones } from '../../../src/model/backbones/table.ts';
import { layerKinds } from '../../../src/model/layers/table.ts';
import { summarize } from '../../../src/model/shapes.ts';
import { graphOf, references } from './references.ts';

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

  it('each have a reference of the same name', () => {
    for (const [name, backbone] of Object.entries(backbones)) {
      expect(backbone.name).to.equal(name);
      expect(references).to.have.property(name);
    }
  });
});
