import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { buildModel } from '../src/model/build.ts';
import { buildGraph } from '../src/model/build-graph.ts';
import { planExperiment, planSweep } from '../src/plan-experiment.ts';
import { runModelsIn } from '../src/runs/run-models.ts';
import { useEngine } from './engine.ts';
import { configNames, loadConfig, trainsBriefly } from './example-configs.ts';

/** A folder of cats and dogs stands in for the images of the user. */
const OWN_IMAGES = [
  `data.source=${fileURLToPath(new URL('config/images', import.meta.url))}`,
  'data.validation=0.3',
];

describe('an example experiment', () => {
  useEngine();
  let runs: string;
  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'cifar-run-configs-'));
  });
  after(() => rm(runs, { recursive: true }));

  for (const name of configNames)
    it(`builds the model that it plans, in full size: ${name}`, async () => {
      const own = ['own-images.yaml', 'cats-dogs.yaml'].includes(name);
      const loaded = await loadConfig(name, own ? OWN_IMAGES : []);
      const { plan, experiment } = await planExperiment(loaded, runModelsIn('runs'));
      const { trials } = await planSweep(loaded, runModelsIn('runs'));
      expect(trials.length > 1).to.equal(loaded.sweep !== null);
      const model = buildModel(buildGraph(experiment.model), experiment.seed);
      expect(model.inputs[0]?.shape).to.deep.equal([null, ...plan.imageShape]);
      for (const { name: layer, kind, outputShape, parameters } of plan.layers) {
        const built = model.getLayer(layer);
        expect(built.outputShape, layer).to.deep.equal([null, ...outputShape]);
        // Keras' Normalization counts its batches among its parameters.
        const kept = kind === 'normalization' ? parameters - 1 : parameters;
        expect(built.countParams(), layer).to.equal(kept);
      }
      model.dispose();
    });

  const digits = ['data.dataset=digits', 'data.validation=0.2'];
  for (const [name, set] of [
    ['digits-0-4.yaml', []],
    ['digits.yaml', []],
    ['mnist-lenet.yaml', digits],
    ['fashion-mnist.yaml', digits],
  ] as const)
    it(`trains on some digits: ${name}`, () => trainsBriefly(name, set, runs));
});
