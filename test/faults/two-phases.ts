import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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

export async function writeExperiment(folder: string): Promise<string> {
  const file = join(folder, 'two-phases.yaml');
  await writeFile(file, EXPERIMENT);
  return file;
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
