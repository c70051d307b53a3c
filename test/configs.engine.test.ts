import { createReadStream, createWriteStream, readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { expect } from 'chai';
import { resolvedYaml } from '../src/config/resolved.ts';
import { loadExperiment } from '../src/load-experiment.ts';
import { buildModel } from '../src/model/build.ts';
import { buildGraph } from '../src/model/build-graph.ts';
import { planExperiment, planSweep } from '../src/plan-experiment.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { readMetricsCsv } from '../src/run-folder/metrics-csv.ts';
import { runModelsIn } from '../src/runs/run-models.ts';
import { useEngine } from './engine.ts';
import { cifarRun } from './program.ts';
import { quietly } from './quiet.ts';
import { needsShared, shared } from './shared.ts';

const configs = fileURLToPath(new URL('../configs/', import.meta.url));
const names = readdirSync(configs).filter((name) => name.endsWith('.yaml'));
const load = (name: string, set: readonly string[] = []) =>
  loadExperiment(join(configs, name), { set, setFile: [] });

describe('configs/', function (this: Mocha.Suite) {
  this.timeout(120_000);
  useEngine();

  it('holds more than ten experiments, each of which says what it is for', async () => {
    expect(names.length).to.be.greaterThan(10);
    for (const name of names) {
      const [schema, comment] = (await readFile(join(configs, name), 'utf8')).split('\n');
      expect(schema, name).to.match(/\$schema=\.\.\/schemas\/editor\.schema\.json$/);
      expect(comment, name).to.match(/^# [A-Z].{40}/);
    }
  });

  describe('builds at full size what it plans:', () => {
    for (const name of names) {
      it(name, async () => {
        const loaded = await load(name);
        const { plan } = await planExperiment(loaded, runModelsIn('runs'));
        const { trials } = await planSweep(loaded, runModelsIn('runs'));
        expect(trials.length > 1).to.equal(loaded.sweep !== null);
        const model = buildModel(buildGraph(loaded.experiment.model), loaded.experiment.seed);
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
    }
  });

  it('says the same when every default is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cifar-run-configs-'));
    const resolved = join(folder, 'resolved.yaml');
    for (const name of names) {
      const { experiment } = await load(name);
      await writeFile(resolved, resolvedYaml(experiment));
      const again = await loadExperiment(resolved, { set: [], setFile: [] });
      expect(again.experiment, name).to.deep.equal(experiment);
    }
    await rm(folder, { recursive: true });
  });

  describe('trains on a part of real images:', () => {
    let runs: string;
    before(async () => {
      runs = await mkdtemp(join(tmpdir(), 'cifar-run-configs-'));
    });
    after(() => rm(runs, { recursive: true }));

    /** One epoch of each phase; every loss of it must be a number. */
    async function trains(name: string, set: readonly string[]): Promise<void> {
      const { experiment } = await load(name, set);
      const epochs = experiment.phases.map((phase) => `phases.${phase.name}.epochs=1`);
      const loaded = await load(name, ['data.limit=60', ...set, ...epochs]);
      const planned = await planExperiment(loaded, runModelsIn('runs'));
      const { folder, metrics } = await runExperiment(planned, quietly(runs));
      const recorded = await readMetricsCsv(folder);
      expect(recorded.map(({ phase }) => phase)).to.deep.equal(
        experiment.phases.map((phase) => phase.name),
      );
      for (const { train, validation } of recorded) {
        expect(Object.values({ ...train, ...validation }).every(Number.isFinite)).to.equal(true);
      }
      expect(metrics.val_loss).to.be.above(0);
    }

    const digits = ['data.dataset=digits', 'data.validation=0.2'];
    it('digits-0-4.yaml', () => trains('digits-0-4.yaml', []));
    it('quickstart.yaml', () => trains('quickstart.yaml', []));
    it('mnist-lenet.yaml', () => trains('mnist-lenet.yaml', digits));
    it('fashion-mnist.yaml', () => trains('fashion-mnist.yaml', digits));

    it('sweep-grid.yaml and sweep-random.yaml, two runs of each', async () => {
      const grid = ['sweep.parameters={vars.dropout: {values: [0, 0.5]}}', 'sweep.seeds=1'];
      for (const [name, set] of [
        ['sweep-grid.yaml', [...grid, 'phases.head.epochs=1', 'phases.fine-tune.epochs=1']],
        ['sweep-random.yaml', ['sweep.trials=2', 'phases.train.epochs=1']],
      ] as const) {
        const changes = ['data.limit=60', ...set].flatMap((change) => ['--set', change]);
        const args = [`${configs}${name}`, '--runs', runs, ...changes];
        const { stdout } = await cifarRun(args);
        const folder = stdout.split('\n').at(-1) as string;
        const { runs: done } = JSON.parse(await readFile(join(folder, 'sweep.json'), 'utf8'));
        expect(done.map(({ state }: { state: string }) => state)).to.deep.equal([
          'finished',
          'finished',
        ]);
        expect(await readdir(folder)).to.include.members(['summary.csv', done[1].folder]);
      }
    });

    describe('of CIFAR-10:', () => {
      needsShared();
      const cifar = [
        'data.dataset=folder',
        `data.source=${shared}/data/cifar10-jpeg.tar.gz`,
        'data.limit=20',
      ];
      const small = ['model.backbone.inputShape=[32,32,3]', 'model.backbone.weights=random'];
      const vgg19 = () => [
        'model.backbone.inputShape=[32,32,3]',
        `model.backbone.weights=${weights}`,
      ];
      let weights: string;
      before(async () => {
        weights = join(runs, 'vgg19.h5');
        const packed = `${shared}/golden/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5.gz`;
        await pipeline(createReadStream(packed), createGunzip(), createWriteStream(weights));
      });

      it('vgg19-two-phase.yaml', () => trains('vgg19-two-phase.yaml', [...cifar, ...vgg19()]));
      for (const name of [
        'cifar10-from-scratch.yaml',
        'cifar10-recipe.yaml',
        'mobilenet-transfer.yaml',
        'gradual-unfreezing.yaml',
      ]) {
        it(name, () => trains(name, [...cifar, ...small]));
      }
      it('cats-dogs.yaml', () =>
        trains('cats-dogs.yaml', [...cifar, ...small, 'data.classes=[cat,dog]']));
      it('own-images.yaml', () =>
        trains('own-images.yaml', [...cifar, ...small, 'vars.classes=10']));
    });
  });
});
