import { expect } from 'chai';
import { augmentKinds } from '../../src/data/augment/apply.ts';
import { datasetNames } from '../../src/data/datasets/table.ts';
import {
  definition,
  dereference,
  filled,
  mapSchema,
  type Schema,
} from '../../src/experiment/schema.ts';
import { backbones } from '../../src/model/backbones/table.ts';
import { layerKinds } from '../../src/model/layers/table.ts';
import { activationNames, initializerNames } from '../../src/model/layers/tfjs-args.ts';
import { losses } from '../../src/train/losses.ts';
import { metrics } from '../../src/train/metrics.ts';
import { optimizers } from '../../src/train/optimizers/table.ts';
import { schedules } from '../../src/train/schedules.ts';

const properties = (name: string): Readonly<Record<string, Schema>> =>
  mapSchema(definition(name)).properties ?? {};
const words = (schema: Schema | undefined) =>
  (schema?.anyOf ?? [schema]).flatMap((each) => each?.enum ?? []) as string[];

/** The defaults of augmentations: those of Keras and torchvision, or of the papers. */
const augmentationDefaults: Readonly<Record<string, object>> = {
  flip: { direction: 'horizontal' },
  crop: { padding: 4 },
  rotate: { factor: 0.05 },
  zoom: { factor: 0.2 },
  translate: { factor: 0.1 },
  brightness: { factor: 0.2 },
  contrast: { factor: 0.2 },
  colorJitter: { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.05 },
  cutout: { size: 8 },
  randomErasing: { probability: 0.5, minArea: 0.02, maxArea: 0.33 },
  mixup: { alpha: 0.2 },
  cutmix: { alpha: 1 },
};

/** The defaults of Keras' optimizers. */
const adamDefaults = { learningRate: 0.001, weightDecay: null, beta1: 0.9, beta2: 0.999 };
const optimizerDefaults: Readonly<Record<string, object>> = {
  sgd: { learningRate: 0.01, weightDecay: null, momentum: 0, nesterov: false },
  adam: { ...adamDefaults, epsilon: 1e-7, amsgrad: false },
  adamw: { ...adamDefaults, weightDecay: 0.004, epsilon: 1e-7, amsgrad: false },
  rmsprop: {
    learningRate: 0.001,
    weightDecay: null,
    rho: 0.9,
    momentum: 0,
    epsilon: 1e-7,
    centered: false,
  },
  adagrad: {
    learningRate: 0.001,
    weightDecay: null,
    initialAccumulatorValue: 0.1,
    epsilon: 1e-7,
  },
  adadelta: { learningRate: 0.001, weightDecay: null, rho: 0.95, epsilon: 1e-7 },
  adamax: { ...adamDefaults, epsilon: 1e-7 },
  nadam: { ...adamDefaults, epsilon: 1e-7 },
};

/** The defaults of Keras' schedules, and of PyTorch's OneCycleLR. */
const scheduleDefaults: Readonly<Record<string, object>> = {
  constant: {},
  cosine: { decaySteps: null, alpha: 0 },
  exponential: { decaySteps: null, staircase: false },
  piecewise: {},
  polynomial: { endLearningRate: 1e-4, decaySteps: null, power: 1, cycle: false },
  oneCycle: { decaySteps: null, pctStart: 0.3, divFactor: 25, finalDivFactor: 1e4 },
};

/** The schema and the tables that the program computes from must name the same things. */
describe('the schema agrees with the table of', () => {
  it('layers, their arguments and their main argument', () => {
    expect(Object.keys(properties('layer'))).to.deep.equal(Object.keys(layerKinds));
    for (const [kind, { args, main }] of Object.entries(layerKinds)) {
      const own = Object.keys(properties(kind)).filter((key) => !['name', 'inputs'].includes(key));
      expect(own, kind).to.have.members(args);
      const [bare] = definition(kind).anyOf ?? [];
      if (bare) expect(main, kind).to.be.a('string');
    }
  });

  it('activations and initializers', () => {
    expect(words(definition('activationName'))).to.deep.equal(activationNames);
    expect(words(definition('initializer'))).to.deep.equal(initializerNames);
  });

  it('backbones', () => {
    expect(words(properties('backbone').name)).to.deep.equal(Object.keys(backbones));
  });

  it('datasets', () => {
    const { description = '' } = properties('data').dataset ?? {};
    for (const name of datasetNames) expect(description).to.contain(`\`${name}\``);
  });

  it('augmentations, and a bare value sets their first argument', () => {
    expect(words(definition('augmentation'))).to.deep.equal([...augmentKinds.keys()]);
    for (const kind of augmentKinds.keys()) {
      const schema = mapSchema(properties('augmentation')[kind] ?? {});
      expect(filled(schema, {}), kind).to.deep.equal(augmentationDefaults[kind]);
      const [first] = Object.keys(augmentationDefaults[kind] ?? {});
      expect(Object.keys(schema.properties ?? {})[0], kind).to.equal(first);
    }
  });

  it('losses and metrics', () => {
    expect(words(definition('loss'))).to.have.members(Object.keys(losses));
    expect(words(definition('metric'))).to.have.members(Object.keys(metrics));
  });

  it('optimizers, with their defaults', () => {
    expect(words(definition('optimizer'))).to.deep.equal(Object.keys(optimizers));
    for (const name of Object.keys(optimizers)) {
      const clipping = { clipNorm: null, globalClipNorm: null, clipValue: null };
      const expected = { ...clipping, ...optimizerDefaults[name] };
      expect(filled(definition(name), {}), name).to.deep.equal(expected);
    }
  });

  it('schedules, with their defaults', () => {
    const named = definition('schedule').oneOf?.map((each) => {
      return dereference(each).properties?.schedule?.const;
    });
    expect(named).to.have.members(Object.keys(schedules));
    for (const name of Object.keys(schedules)) {
      const { warmup, ...defaults } = filled<{ warmup?: null }>(definition(`${name}Schedule`), {});
      expect(defaults, name).to.deep.equal(scheduleDefaults[name]);
      expect(warmup).to.equal(null);
    }
  });
});
