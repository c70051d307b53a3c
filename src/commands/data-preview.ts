import * as tf from '@tensorflow/tfjs';
import { contactSheetChart } from '../charts/contact-sheet.ts';
import { renderPng } from '../charts/render.ts';
import { writeAtomic } from '../common/files.ts';
import { augmentBatch } from '../data/augment/apply.ts';
import type { LabelledBatch } from '../data/augment/augment.ts';
import { imageBatches } from '../data/batches/image-batches.ts';
import type { Dataset, Images } from '../data/dataset.ts';
import { loadData } from '../data/load.ts';
import { SelectedPixels } from '../data/pixels.ts';
import { startEngine } from '../engine/engine.ts';
import type { DataAction } from './data.ts';

const rows = 8;
const views = 8;
/** Images of each part, spread over its classes. */
const enough = 1000;

/** Draws some training images, each beside what the augmentation makes of it. */
export const previewData: DataAction = async ({ experiment, out, verbose, progress, load }) => {
  const { data: config, seed, name } = experiment;
  const engine = await progress.step('Engine', ({ report }) =>
    startEngine({ threads: null, verbose, compiler: 'none', report }),
  );
  // So that images which nobody sees need not be decoded.
  const few = (most: number | null) => Math.min(most ?? enough, enough);
  const limit = { train: few(config.limit.train), validation: few(config.limit.validation) };
  const data = await progress.step('Data', (step) =>
    loadData({ ...config, limit }, seed, { ...load(step), jpegs: engine.jpegs }),
  );
  const images = oneOfEachClass(data);
  const context = load({ report: () => {}, note: () => {} });
  const { imageShape } = context;
  const batches = imageBatches({
    images,
    classCount: data.classNames.length,
    imageShape,
    batchSize: rows,
    preprocess: 'none',
    augment: [],
    sampling: 'uniform',
    engine,
    reused: false,
  });
  const sheets: Uint8Array[][] = [];
  for await (const { inputs } of batches.inOrder())
    for (let view = 0; view < views; view++)
      sheets.push(
        tf.tidy(() => {
          const batch = batches.read(inputs) as LabelledBatch;
          if (view === 0) return bytesOf(batch.x);
          return bytesOf(augmentBatch(batch, config.augment, engine, [seed, 'preview', view]).x);
        }),
      );
  const [height, width, channels] = imageShape;
  const chart = await contactSheetChart({
    title: name,
    subtitle: `left as they are, then as training sees them: ${inWords(config.augment)}`,
    size: { height, width, channels },
    rows: Array.from(images.labels, (label, row) => ({
      label: data.classNames[label] as string,
      images: sheets.map((sheet) => sheet[row] as Uint8Array),
    })),
  });
  await writeAtomic(out, await renderPng(chart));
  return { result: { out, augment: config.augment }, lines: [out] };
};

/** The first image of each class, and then their second ones and so on, up to `rows`. */
function oneOfEachClass({ train, classNames }: Dataset): Images {
  const places = classNames.map((_, label) =>
    Array.from(train.labels.keys()).filter((index) => train.labels[index] === label),
  );
  const most = Math.max(...places.map((own) => own.length));
  const order = Array.from({ length: most }, (_, turn) => places.map((own) => own[turn])).flat();
  const chosen = order.filter((index) => index !== undefined).slice(0, rows);
  return {
    ...train,
    pixels: new SelectedPixels(train.pixels, chosen),
    labels: Int32Array.from(chosen, (index) => train.labels[index] as number),
  };
}

/** NHWC as bytes, one array a image. */
function bytesOf(x: tf.Tensor4D): Uint8Array[] {
  const levels = Uint8Array.from(x.round().clipByValue(0, 255).dataSync());
  const stride = levels.length / x.shape[0];
  return Array.from({ length: x.shape[0] }, (_, i) =>
    levels.subarray(i * stride, (i + 1) * stride),
  );
}

function inWords(augment: Parameters<typeof augmentBatch>[1]): string {
  if (augment.length === 0) return 'no augmentation';
  return augment.map(({ kind, args }) => `${kind} ${Object.values(args).join(' ')}`).join(', ');
}
