import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { artifactsCommand } from '../../src/commands/artifacts.ts';
import { RunError } from '../../src/common/errors.ts';
import { runExperiment } from '../../src/run-experiment.ts';
import { readStatus } from '../../src/run-folder/status.ts';
import type { TrainingCallback } from '../../src/train/callbacks.ts';
import { captureOutput } from '../captured-output.ts';
import { planned, quietly } from '../planned-runs.ts';

/** A name with an escape sequence, a NUL-like control character and half of a surrogate pair. */
const CLASS = 'red \u001b[31m\u0001 \ufffe';

const EXPERIMENT = `
name: artifacts
data: { dataset: folder, source: images, validation: 0.5, preprocess: scale }
model:
  backbone: { inputShape: [8, 8, 3], layers: [flatten] }
  head: [{ dense: { units: 2, activation: softmax } }]
phases: [{ name: only, epochs: 1, batchSize: 4, optimizer: sgd }]
`;

describe('the artifacts of a run', function (this: Mocha.Suite) {
  this.timeout(120_000);
  let folder: string;
  let runs: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    runs = join(folder, 'runs');
    await writeFile(join(folder, 'artifacts.yaml'), EXPERIMENT);
    for (const [index, name] of [CLASS, 'blue'].entries()) {
      const path = join(folder, 'images', name);
      await mkdir(path, { recursive: true });
      for (let i = 0; i < 6; i++) {
        const background = { r: index * 200, g: 10 * i, b: 0 };
        const image = sharp({ create: { width: 8, height: 8, channels: 3, background } });
        await image.png().toFile(join(path, `${i}.png`));
      }
    }
  });
  after(() => rm(folder, { recursive: true }));

  const train = async () =>
    runExperiment(await planned(join(folder, 'artifacts.yaml')), quietly(runs));

  it('are drawn if the name of a class has control characters', async () => {
    const { folder: run } = await train();
    expect(await readStatus(run)).to.deep.include({ state: 'finished', failedArtifacts: [] });
    for (const name of ['confusion_matrix', 'examples', 'mistakes']) {
      expect((await sharp(join(run, `${name}.png`)).metadata()).format).to.equal('png');
    }
  });

  it('do not make a run fail, and are written again by a command', async () => {
    const { folder: complete } = await train();
    // Folders in the way of two files.
    const names = ['predictions.csv', 'examples.png'];
    const block = async () => {
      const path = (await readdir(join(runs, 'artifacts'))).toSorted().at(-1) ?? '';
      for (const name of names) {
        await mkdir(join(runs, 'artifacts', path, name, 'in the way'), { recursive: true });
      }
    };
    const loaded = await planned(join(folder, 'artifacts.yaml'));
    const watcher: TrainingCallback = { epochEnd: block };
    const { folder: path } = await runExperiment(loaded, { ...quietly(runs), watchers: [watcher] });
    const expectFailed = async (expected: readonly string[]) => {
      const { state, failedArtifacts } = (await readStatus(path)) ?? {};
      expect([state, failedArtifacts?.map(({ name }) => name)]).to.deep.equal([
        'finished',
        expected,
      ]);
    };
    await expectFailed(names);
    expect((await stat(join(path, 'mistakes.png'))).isFile()).to.equal(true);
    expect(await readFile(join(path, 'log.txt'), 'utf8')).to.match(
      /predictions\.csv could not be written: cannot write .*cifar-run artifacts artifacts\/\S+ writes it again/,
    );

    const { signal } = new AbortController();
    const again = () =>
      captureOutput(() => artifactsCommand(path, { runs, verbose: false, signal }));
    const error = await again().catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(RunError);
    expect(String(error)).to.match(
      /predictions\.csv: cannot write .*\nexamples\.png: cannot write/,
    );
    await expectFailed(names);

    for (const name of names) await rm(join(path, name), { recursive: true });
    await again();
    await expectFailed([]);
    const read = (run: string) => readFile(join(run, 'predictions.csv'), 'utf8');
    expect(await read(path)).to.equal(await read(complete));
    expect((await stat(join(path, 'examples.png'))).isFile()).to.equal(true);
  });
});
