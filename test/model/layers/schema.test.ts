import { expect } from 'chai';
import { definition, mapSchema } from '../../../src/experiment/schema.ts';
import { activationNames } from '../../../src/model/layers/identifiers.ts';
import { initializerNames } from '../../../src/model/layers/initializers.ts';
import { layerKinds } from '../../../src/model/layers/table.ts';

describe('the schema of experiment files', () => {
  for (const [name, { args }] of Object.entries(layerKinds)) {
    it(`allows ${name} the arguments that it takes, a name and inputs`, () => {
      const { properties = {} } = mapSchema(definition(name));
      expect(Object.keys(properties).toSorted()).to.deep.equal(
        [...args, 'name', 'inputs'].toSorted(),
      );
    });
  }

  it('knows the activations and initializers that there are', () => {
    expect(definition('activationName').enum).to.deep.equal(activationNames);
    expect(definition('initializer').anyOf?.[0]?.enum).to.deep.equal(initializerNames);
  });
});
