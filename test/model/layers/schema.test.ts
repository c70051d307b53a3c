import { expect } from 'chai';
import { definition, mapSchema } from '../../../src/experiment/schema.ts';
import { layerKinds } from '../../../src/model/layers/table.ts';
import { activationNames, initializerNames } from '../../../src/model/layers/tfjs-args.ts';

describe('the schema of experiment files', () => {
  for (const [name, { args }] of Object.entries(layerKinds)) {
    it(`allows the arguments of ${name}, a name and inputs`, () => {
      const { properties = {} } = mapSchema(definition(name));
      expect(Object.keys(properties).toSorted()).to.deep.equal(
        [...args, 'name', 'inputs'].toSorted(),
      );
    });
  }

  it('lists all activations and initializers', () => {
    expect(definition('activationName').enum).to.deep.equal(activationNames);
    expect(definition('initializer').anyOf?.[0]?.enum).to.deep.equal(initializerNames);
  });
});
