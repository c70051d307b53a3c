import { rmSync } from 'node:fs';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cifarRun } from './program.ts';

/*
 * Real runs for the tests that read runs: the first test of a process that needs them has them trained, and each test gets
 * a copy, which it may change.
 */

export const digits = fileURLToPath(new URL('../configs/digits.yaml', import.meta.url));

/** Options that let `digits` train for a second. */
export const SMALL = [
  '--set',
  'data.limit={train: 300, validation: 150}',
  '--set',
  'phases.head.epochs=1',
  '--set',
  'phases.fine-tune.epochs=1',
];

const SWEEP = `
extends: ${digits}
name: rates
data: { limit: { train: 100, validation: 60 } }
phases:
  - { name: head, epochs: 1 }
  - { name: fine-tune, epochs: 1 }
sweep:
  metric: { name: val_accuracy, goal: maximize }
  parameters:
    phases.head.optimizer.learningRate: { values: [1e-2, 1e-4] }
    phases.fine-tune.optimizer.learningRate: { values: [1e-3, 1e-4] }
`;

export interface TrainedRuns {
  /** The name of the first run, `digits/…`. */
  readonly first: string;
  /** The name of the second run, which differs from the first in the learning rate of the fine-tuning. */
  readonly second: string;
}

let trained: Promise<TrainedRuns & { readonly folder: string }> | undefined;

/**
 * Copies two runs of `digits` and a later sweep `rates` of four runs into a folder of runs, before the tests of a
 * `describe`.
 */
export function useTrainedRuns(runs: string): () => TrainedRuns {
  let names: TrainedRuns;
  before(async function () {
    // The first run installs TensorFlow where it is missing.
    this.timeout(600_000);
    trained ??= train();
    const { folder, ...all } = await trained;
    await cp(folder, runs, { recursive: true });
    names = all;
  });
  return () => names;
}

async function train() {
  const parent = await mkdtemp(join(tmpdir(), 'cifar-run-trained-'));
  process.once('exit', () => rmSync(parent, { recursive: true, force: true }));
  const sweep = join(parent, 'rates.yaml');
  await writeFile(sweep, SWEEP);
  const folder = join(parent, 'runs');
  const first = await run(folder, digits, ...SMALL);
  const rate = 'phases.fine-tune.optimizer.learningRate=1e-3';
  const second = await run(folder, digits, ...SMALL, '--set', rate);
  await run(folder, sweep);
  return { folder, first, second };
}

/** Runs an experiment or a sweep. @returns its name in the folder of runs. */
export async function run(runs: string, file: string, ...options: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await cifarRun([file, '--runs', runs, ...options]);
  if (exitCode !== 0) throw new Error(`${file} did not run: ${stdout}\n${stderr}`);
  return (stdout.trim().split('\n').at(-1) ?? '').slice(runs.length + 1);
}
