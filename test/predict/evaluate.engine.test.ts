import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromCsv } from '../../src/common/csv.ts';
import { cifarRun } from '../program.ts';
import { run } from '../trained-runs.ts';
import { useShapes } from './shapes.ts';

describe('evaluate', () => {
  const shapes = useShapes();

  const cli = (...args: string[]) => cifarRun(args, shapes().folder);
  const evaluate = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await cli('evaluate', 'latest', ...args, '--json');
    expect(exitCode, stderr).to.equal(0);
    return JSON.parse(stdout);
  };

  it('gives the predictions of the run, and the metrics that follow from them', async () => {
    const evaluation = await evaluate('--data', 'images');
    expect(evaluation).to.include({ images: 24, broken: 0 });
    expect(evaluation.data).to.include({ dataset: 'folder', split: 'train' });
    const text = await readFile(join(shapes().model, 'predictions.csv'), 'utf8');
    const [, ...rows] = fromCsv(text);
    const predictions: { image: string; true: string; predicted: string; confidence: number }[] =
      evaluation.predictions;
    for (const [, image, truth, predicted, confidence] of rows) {
      const found = predictions.find((each) => each.image === image);
      expect(found).to.include({ true: truth, predicted });
      expect(found?.confidence).to.be.closeTo(Number(confidence), 1e-6);
    }
    const correct = predictions.filter((each) => each.true === each.predicted).length;
    expect(evaluation.metrics.accuracy).to.equal(correct / 24);
    expect(evaluation.metrics).to.have.keys(
      'accuracy',
      'macroF1',
      'logLoss',
      'expectedCalibrationError',
    );
    expect(evaluation.confusion.flat().reduce((sum: number, n: number) => sum + n)).to.equal(24);
  });

  it('takes data of fewer classes, and averages over these', async () => {
    const { folder } = shapes();
    await cp(join(folder, 'images', 'dark'), join(folder, 'two', 'dark'), { recursive: true });
    await cp(join(folder, 'images', 'medium'), join(folder, 'two', 'medium'), { recursive: true });
    const { classes, metrics, confusion } = await evaluate('--data', 'two');
    const supports = classes.map(({ support }: { support: number }) => support);
    expect(supports).to.deep.equal([0, 8, 8]);
    expect(confusion[0]).to.deep.equal([0, 0, 0]);
    expect(metrics.macroF1).to.be.closeTo((classes[1].f1 + classes[2].f1) / 2, 1e-12);
    const { stdout } = await cli('evaluate', 'latest', '--data', 'two');
    expect(stdout).to.match(/shapes\/\S+ on 16 images of two, train\n/);
    expect(stdout).to.match(/^accuracy +\d+\.\d\d %$/m);
    expect(stdout).to.match(/^dark +\d+\.\d\d % .* 8$/m);
    expect(stdout).not.to.match(/^bright/m);
  });

  it('refuses a class that the model does not know, and a folder with other files', async () => {
    const { folder } = shapes();
    await cp(join(folder, 'images'), join(folder, 'more'), { recursive: true });
    await cp(join(folder, 'images', 'dark'), join(folder, 'more', 'night'), { recursive: true });
    const errors = [
      [['more'], 'the model does not know the class night; it knows bright, dark, medium'],
      [['images', '--split', 'test'], 'the dataset has no test split; use --split train'],
      [['images', '--out', 'images'], 'images contains other files; choose another folder'],
      [['none'], 'none does not exist'],
    ] as const;
    for (const [[data, ...options], message] of errors) {
      const { stderr, exitCode } = await cli('evaluate', 'latest', '--data', data, ...options);
      expect(exitCode, message).to.equal(2);
      expect(stderr).to.include(message);
    }
  });

  it('writes a folder, and diff compares two evaluations of the same images', async function () {
    this.timeout(600_000);
    const { folder } = shapes();
    await run(join(folder, 'runs'), join(folder, 'shapes.yaml'), '--set', 'seed=7');
    for (const [model, out] of Object.entries({ 'latest~1': 'first', latest: 'second' })) {
      const { exitCode, stdout } = await cli('evaluate', model, '--data', 'images', '--out', out);
      expect(exitCode).to.equal(0);
      expect(stdout.trim().split('\n').at(-1)).to.equal(out);
    }
    expect((await readdir(join(folder, 'first'))).sort()).to.deep.equal([
      'classification_report.csv',
      'confusion_matrix.csv',
      'confusion_matrix.png',
      'evaluation.json',
      'predictions.csv',
    ]);
    const { stdout, stderr, exitCode } = await cli('diff', 'first', 'second', '--json');
    expect(exitCode, stderr).to.equal(0);
    const { unpaired, predictions, metrics } = JSON.parse(stdout);
    expect(unpaired).to.equal(null);
    expect(predictions.verdict).to.be.an('object');
    const names = metrics.map(({ name }: { name: string }) => name);
    expect(names).to.include.members(['model val_accuracy', 'model val_logLoss']);
    const text = await cli('diff', 'first', 'second');
    expect(text.stdout).to.match(/images {4}the same 24: \d+ fixed, \d+ broken/);
    const again = await cli('evaluate', 'latest', '--data', 'images', '--out', 'first');
    expect(again.stderr).to.include('first has an evaluation already; --force replaces it');
  });
});
