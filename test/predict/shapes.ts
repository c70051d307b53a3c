import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { uniforms } from '../../src/common/random.ts';
import { useEngine } from '../engine.ts';
import { run } from '../trained-runs.ts';

const EXPERIMENT = `
name: shapes
data:
  dataset: folder
  source: images
  validation: 0.5
  preprocess: torch
  resize: { fit: crop, interpolation: bicubic }
evaluate: { tta: flip }
model:
  backbone:
    inputShape: [20, 24, 3]
    layers: [conv2d: { filters: 4, kernelSize: 3, strides: 2, activation: relu }, batchNormalization]
  head: [flatten, dense: { units: 3, activation: softmax }]
phases: [{ name: all, epochs: 2, optimizer: { name: adam, learningRate: 1e-3 } }]
`;

/** Ways in which real images differ: format, orientation, transparency, channels, aspect ratio. */
const KINDS: readonly [name: string, encode: (image: Sharp) => Sharp][] = [
  ['plain.png', (image) => image.png()],
  ['plain.jpg', (image) => image.jpeg()],
  ['turned.jpg', (image) => image.withMetadata({ orientation: 6 }).jpeg()],
  ['grey.png', (image) => image.greyscale().png()],
  ['clear.webp', (image) => image.ensureAlpha(0.5).webp({ lossless: true })],
  ['wide.png', (image) => image.resize(90, 20, { fit: 'fill' }).png()],
  ['tall.jpg', (image) => image.resize(24, 70, { fit: 'fill' }).jpeg()],
  ['exact.jpg', (image) => image.resize(24, 20, { fit: 'fill' }).jpeg()],
];

/** Writes noise of three brightnesses, each class in its own folder. */
async function writeImages(folder: string): Promise<void> {
  for (const [level, name] of ['bright', 'dark', 'medium'].entries()) {
    await mkdir(join(folder, name), { recursive: true });
    for (const [kind, encode] of KINDS) {
      const noise = uniforms(30 * 40 * 3, [name, kind]);
      const bytes = Uint8Array.from(noise, (u) => 100 * u + 50 * level);
      const raw = { width: 40, height: 30, channels: 3 } as const;
      await encode(sharp(bytes, { raw })).toFile(join(folder, name, kind));
    }
  }
}

export interface Shapes {
  /** A folder with `images/`, `shapes.yaml` and `runs/`. */
  readonly folder: string;
  /** The folder of the run. */
  readonly model: string;
}

let trained: Promise<{ readonly folder: string; readonly name: string }> | undefined;

/** Trains a small model on images of all kinds, once in a process, and copies it before the tests of a `describe`. */
export function useShapes(): () => Shapes {
  // Installs TensorFlow if no other test has.
  useEngine();
  let shapes: Shapes;
  before(async function () {
    this.timeout(600_000);
    trained ??= train();
    const { folder: original, name } = await trained;
    const folder = await temporaryFolder();
    await cp(original, folder, { recursive: true });
    shapes = { folder, model: join(folder, 'runs', name) };
  });
  return () => shapes;
}

async function train() {
  const folder = await temporaryFolder();
  await writeImages(join(folder, 'images'));
  await writeFile(join(folder, 'shapes.yaml'), EXPERIMENT);
  return { folder, name: await run(join(folder, 'runs'), join(folder, 'shapes.yaml')) };
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cifar-run-shapes-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
