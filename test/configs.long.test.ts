import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { expect } from 'chai';
import { useEngine } from './engine.ts';
import { configs, trainsBriefly } from './example-configs.ts';
import { cifarRun } from './program.ts';
import { needsShared, shared } from './requirements.ts';

describe('an example experiment', () => {
  let runs: string;
  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'cifar-run-configs-'));
  });
  after(() => rm(runs, { recursive: true }));

  const grid = ['sweep.parameters={vars.dropout: {values: [0, 0.5]}}', 'sweep.seeds=1'];
  for (const [name, set] of [
    ['sweep-grid.yaml', [...grid, 'phases.head.epochs=1', 'phases.fine-tune.epochs=1']],
    ['sweep-random.yaml', ['sweep.trials=2', 'phases.train.epochs=1']],
  ] as const)
    it(`sweeps over two runs: ${name}`, async () => {
      const changes = ['data.limit=60', ...set].flatMap((change) => ['--set', change]);
      const { stdout } = await cifarRun([`${configs}${name}`, '--runs', runs, ...changes]);
      const folder = stdout.split('\n').at(-1) as string;
      const { runs: trials } = JSON.parse(await readFile(join(folder, 'sweep.json'), 'utf8'));
      const states = trials.map(({ state }: { state: string }) => state);
      expect(states).to.deep.equal(['finished', 'finished']);
      expect(await readdir(folder)).to.include.members(['summary.csv', trials[1].folder]);
    });

  describe('trains on some images of CIFAR-10:', () => {
    needsShared();
    useEngine();
    const cifar = [
      'data.dataset=folder',
      `data.source=${shared}/data/cifar10-jpeg.tar.gz`,
      'data.limit=20',
      'model.backbone.inputShape=[32,32,3]',
    ];
    const random = [...cifar, 'model.backbone.weights=random'];

    it('vgg19-two-phase.yaml', async () => {
      const weights = join(runs, 'vgg19.h5');
      const packed = `${shared}/golden/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5.gz`;
      await pipeline(createReadStream(packed), createGunzip(), createWriteStream(weights));
      await trainsBriefly(
        'vgg19-two-phase.yaml',
        [...cifar, `model.backbone.weights=${weights}`],
        runs,
      );
    });

    for (const [name, ...set] of [
      ['cifar10-from-scratch.yaml'],
      ['cifar10-recipe.yaml'],
      ['mobilenet-transfer.yaml'],
      ['gradual-unfreezing.yaml'],
      ['cats-dogs.yaml', 'data.classes=[cat,dog]'],
      ['own-images.yaml'],
      ['quickstart.yaml'],
      ['cifar10-two-phase.yaml'],
      ['cifar10-fine-tune.yaml'],
    ] as const)
      it(name, () => trainsBriefly(name, [...random, ...set], runs));
  });
});
