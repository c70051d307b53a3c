import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { uniforms } from '../../../../src/common/random.ts';
import { useEngine } from '../../../engine.ts';
import { cifarRun, type ServedPage, servePage } from '../../../program.ts';
import { useChromium } from '../../../requirements.ts';

const MODEL = `
model:
  backbone:
    inputShape: SHAPE
    layers:
      - conv2d: { filters: 4, kernelSize: 3, strides: 2, activation: relu }
      - batchNormalization
  head:
    - flatten
    - dense: { units: CLASSES, activation: softmax, name: predictions }
phases:
  - { name: all, epochs: 1, optimizer: { name: adam, learningRate: 1e-3 } }
`;

const EXPERIMENTS = {
  'greyscale digits': `
name: digits
data: { dataset: digits, limit: { train: 200, validation: 100 }, validation: 0.5, preprocess: scale }
${MODEL.replace('SHAPE', '[28, 28, 1]').replace('CLASSES', '10')}`,
  'colour images with flipped test-time augmentation': `
name: colour
data: { dataset: folder, source: images, validation: 0.5, preprocess: caffe }
evaluate: { tta: flip }
${MODEL.replace('SHAPE', '[24, 20, 3]').replace('CLASSES', '2')}`,
};

/** Writes a folder of noise images in two classes. */
async function writeImages(folder: string): Promise<void> {
  const size = { width: 20, height: 24, channels: 3 } as const;
  for (const [i, name] of ['bright', 'dark'].entries()) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let image = 0; image < 10; image++) {
      const noise = uniforms(20 * 24 * 3, [name, image]);
      const bytes = Uint8Array.from(noise, (x) => Math.floor(256 * x ** (i + 1)));
      await sharp(bytes, { raw: size })
        .png()
        .toFile(join(folder, name, `${image}.png`));
    }
  }
}

describe('an image dropped on the page of a run', () => {
  // Installs TensorFlow if no other test has.
  useEngine();
  const browser = useChromium();
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-predict-'));
  const runs = join(folder, 'runs');
  let server: ServedPage | undefined;

  before(async () => {
    await writeImages(join(folder, 'images'));
    server = await servePage(runs);
  });

  after(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  for (const [images, experiment] of Object.entries(EXPERIMENTS))
    it(`gets the probabilities of predictions.csv: ${images}`, async function () {
      this.timeout(0);
      const run = await train(experiment);
      const page = await browser().newPage();
      await page.goto(new URL(`/run/${run}`, server?.url).href);
      const { indexes } = JSON.parse(readFileSync(join(runs, run, 'images.json'), 'utf8'));
      for (const place of [0, indexes.length - 1]) {
        const expected = recorded(run, indexes[place]);
        const predicted = await drop(page, await tileAt(run, place), `${place}.png`);
        expect(predicted.length).to.equal(Math.min(5, Object.keys(expected).length));
        for (const [name, probability] of predicted)
          expect(probability, name).to.be.closeTo(expected[name] ?? -1, 1e-5);
      }
      await page.close();
    });

  /** @returns the run's name */
  async function train(experiment: string): Promise<string> {
    writeFileSync(join(folder, 'experiment.yaml'), experiment);
    const { stdout, stderr } = await cifarRun(['experiment.yaml'], folder);
    const name = /^runs\/(\S+)$/m.exec(stdout)?.[1];
    if (!name) throw new Error(`no run: ${stdout}${stderr}`);
    return name;
  }

  /** Probabilities of an image in predictions.csv, by class. */
  function recorded(run: string, index: number): Record<string, number> {
    const [head = [], ...rows] = readFileSync(join(runs, run, 'predictions.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((row) => row.split(','));
    const names = head.slice(5).map((name) => name.slice('p_'.length));
    return Object.fromEntries(names.map((name, i) => [name, Number(rows[index]?.[i + 5])]));
  }

  /** An image of the sheet, as PNG. */
  function tileAt(run: string, place: number): Promise<Buffer> {
    const { columns, width, height } = JSON.parse(
      readFileSync(join(runs, run, 'images.json'), 'utf8'),
    );
    const [left, top] = [(place % columns) * width, Math.floor(place / columns) * height];
    return sharp(join(runs, run, 'images.webp'))
      .extract({ left, top, width, height })
      .png()
      .toBuffer();
  }
});

/** @returns names of classes and their probabilities, as the page shows them */
async function drop(page: Page, png: Buffer, name: string): Promise<(readonly [string, number])[]> {
  const box = page.getByText('Drop an image here');
  await box.waitFor();
  const dataTransfer = await page.evaluateHandle(
    ({ bytes, name }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
      return data;
    },
    { bytes: [...png], name },
  );
  await box.dispatchEvent('drop', { dataTransfer });
  const table = page.getByRole('table', { name: `prediction for ${name}` });
  await table.waitFor();
  return table
    .getByRole('row')
    .evaluateAll((rows) =>
      rows.map(
        (row) =>
          [
            row.querySelector('th')?.textContent ?? '',
            Number(row.querySelector('data')?.value),
          ] as const,
      ),
    );
}
