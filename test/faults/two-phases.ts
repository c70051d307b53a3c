import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { cifarRun } from '../program.ts';

/** An experiment with much state in a checkpoint: averages, accumulated gradients, plateaus, best weights. */
const EXPERIMENT = `
name: two-phases
seed: 5
data:
  dataset: digits
  classes: ['3', '5', '8']
  limit: { train: 240, validation: 60 }
  validation: 0.2
  augment: [crop: 2, mixup: 0.2]
model:
  backbone:
    inputShape: [28, 28, 1]
    layers:
      - conv2d: { filters: 4, kernelSize: 3, strides: 2, activation: relu }
      - batchNormalization
  head:
    - flatten
    - dropout: 0.2
    - dense: { units: 3, activation: softmax, name: predictions }
metrics: [accuracy, mse]
checkpoint: { everySteps: 3 }
phases:
  - { name: head, freeze: [backbone], epochs: 6, batchSize: 8, optimizer: adam, ema: 0.9 }
  - name: fine-tune
    epochs: 12
    batchSize: 8
    gradientAccumulation: 2
    optimizer: { name: adam, learningRate: 1e-2 }
    reduceOnPlateau: { monitor: val_loss, factor: 0.5, patience: 1 }
    earlyStopping: { monitor: val_loss, patience: 8, restoreBest: true }
`;

/** Makes a folder with the experiment's file for the tests of a `describe`. */
export function useTwoPhases(): () => { readonly folder: string; readonly file: string } {
  let folder: string;
  const file = () => join(folder, 'two-phases.yaml');
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    await writeFile(file(), EXPERIMENT);
  });
  after(() => rm(folder, { recursive: true }));
  return () => ({ folder, file: file() });
}

let uninterrupted: Promise<Uninterrupted> | undefined;

interface Uninterrupted {
  /** The end of the run's name. */
  readonly id: string | undefined;
  readonly results: Record<string, string>;
}

/** Returns an uninterrupted run of the experiment, which a process runs once. */
export function uninterruptedRun(file: string): Promise<Uninterrupted> {
  uninterrupted ??= run(file);
  return uninterrupted;
}

export async function uninterruptedResults(file: string): Promise<Record<string, string>> {
  return (await uninterruptedRun(file)).results;
}

async function run(file: string): Promise<Uninterrupted> {
  const runs = join(dirname(file), 'uninterrupted');
  const { exitCode, stderr } = await cifarRun(['run', file, '--runs', runs]);
  expect(exitCode, stderr).to.equal(0);
  const path = await onlyRun(runs);
  return { id: path.split('-').at(-1), results: await results(path) };
}

/** Returns the step in which the program printed its last line. */
export function stepOf(lines: readonly string[]): string {
  return lines.findLast((line) => /^[A-Z]\w+$/.test(line)) ?? 'start';
}

/** Returns the path of the only run of the experiment in a folder of runs. */
export async function onlyRun(runs: string): Promise<string> {
  const [name = 'none', ...more] = await readdir(join(runs, 'two-phases'));
  if (more.length > 0) throw new Error(`expected one run, found ${more.length + 1}`);
  return join(runs, 'two-phases', name);
}

/** Hashes the files that depend on the experiment alone, and returns metrics.csv without its time columns. */
export async function results(run: string): Promise<Record<string, string>> {
  const hash = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  const metrics = (await readFile(join(run, 'metrics.csv'), 'utf8')).replaceAll(
    /(,[^,\n]*){3}$/gm,
    '',
  );
  const files = [
    'predictions.csv',
    'confusion_matrix.csv',
    'classification_report.csv',
    'model/weights.bin',
    'model/model.json',
    'checkpoints/last/tensors.safetensors',
    'checkpoints/best/tensors.safetensors',
    'curves.png',
    'mistakes.png',
    'images.json',
    'images.webp',
  ];
  const hashes = await Promise.all(
    files.map(async (file) => [file, hash(await readFile(join(run, file)))] as const),
  );
  return { metrics, ...Object.fromEntries(hashes) };
}

/** Flips a bit in the middle of a file. */
export async function flipBit(path: string): Promise<void> {
  const place = Math.floor((await readFile(path)).length / 2);
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, place);
  await file.write(Buffer.from([(buffer[0] as number) ^ 4]), 0, 1, place);
  await file.close();
}
