import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { loadExperiment } from '../../../src/load-experiment.ts';
import { TensorBoard } from '../../../src/run-folder/tensorboard/tensorboard.ts';
import { useTensorBoard } from '../../requirements.ts';
import { epoch } from '../epochs.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const digits = path('../../../configs/digits.yaml');
const image = path('../../../docs/results/digits/curves.png');

describe('events for TensorBoard', () => {
  const python = useTensorBoard();
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('have scalars, images and hyperparameters that TensorBoard reads', async () => {
    const { experiment } = await loadExperiment(digits, { set: [], setFile: [] });
    const board = await TensorBoard.start(folder, experiment, { group: '0123abcd', swept: {} });
    const epochs = [1, 2, 3].map((number) => epoch(number));
    for (const record of epochs) await board.epoch(record);
    const png = await readFile(image);
    await board.image('curves', png);
    await board.end(true);

    const { stdout } = await execa(python, [path('read.py'), folder]);
    const read = JSON.parse(stdout);
    const scalars = (value: (record: (typeof epochs)[number]) => number | undefined) =>
      epochs.map((record) => [record.epoch, Math.fround(value(record) ?? Number.NaN)]);
    expect(read.scalars).to.deep.equal({
      'loss/train': scalars(({ train }) => train.loss),
      'accuracy/train': scalars(({ train }) => train.accuracy),
      'loss/validation': scalars(({ validation }) => validation.loss),
      'accuracy/validation': scalars(({ validation }) => validation.accuracy),
      learning_rate: scalars(({ learningRate }) => learningRate),
    });
    const size = [png.readUInt32BE(16), png.readUInt32BE(20), png.length];
    expect(read.images).to.deep.equal({ curves: [size] });
    const [head] = experiment.phases;
    expect(read.hparams).to.include({
      seed: experiment.seed,
      'data.dataset': experiment.data.dataset,
      [`phases.${head?.name}.epochs`]: head?.epochs,
      [`phases.${head?.name}.optimizer.name`]: head?.optimizer.name,
      [`phases.${head?.name}.optimizer.learningRate`]: head?.optimizer.learningRate,
    });
    expect(read).to.include({ group: '0123abcd', status: 1 });
  });
});
