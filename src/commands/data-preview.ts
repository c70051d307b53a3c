import * as tf from '@tensorflow/tfjs';
import { contactSheetChart } from '../charts/image-grid.ts';
import { renderPng } from '../charts/render.ts';
import { writeAtomic } from '../common/files.ts';
import { augmentBatch } from '../data/augment/apply.ts';
import type { LabelledBatch } from '../data/augment/augment.ts';
import { imageBatches } from '../data/batches/image-batches.ts';
import { type Dataset, type Images, imageName } from '../data/dataset.ts';
import { loadData } from '../data/load.ts';
import { SelectedPixels } from '../data/pixels.ts';
import type { Engine } from '../engine/engine.ts';
import { startEngine } from '../engine/start-engine.ts';
import type { AugmentConfig, Experiment } from '../experiment/experiment.ts';
import { type DataOptions, openDataSource, print } from './data.ts';

const ROWS = 8;
const VIEWS = 8;
/** The most images of each split, spread over its classes: images that are not drawn need not be decoded. */
const MAX_IMAGES = 1000;

export interface PreviewOptions extends DataOptions {
  /** Path of the output image. */
  readonly out?: string;
}

/** `cifar-run data preview FILE`: draws some training images, each beside its augmented views. */
export async function previewCommand(file: string, options: PreviewOptions): Promise<void> {
  const { experiment, progress, loadContext } = await openDataSource(file, options);
  const { data: config, seed, name } = experiment;
  const { out = `${name}-preview.png`, verbose = false } = options;
  const engine = await progress.step('Engine', ({ report }) =>
    startEngine({ threads: null, verbose, compiler: 'none', report }),
  );
  const limited = (limit: number | null) => Math.min(limit ?? MAX_IMAGES, MAX_IMAGES);
  const limit = {
    train: limited(config.limit.train),
    validation: limited(config.limit.validation),
  };
  const data = await progress.step('Data', (step) =>
    loadData({ ...config, limit }, seed, { ...loadContext(step), jpegs: engine.jpegs }),
  );
  const images = firstOfEachClass(data);
  const { imageShape } = loadContext({ report: () => {}, note: () => {}, warn: () => {} });
  const views = await drawViews(images, data.classNames.length, { experiment, imageShape, engine });
  const [height, width, channels] = imageShape;
  const chart = await contactSheetChart({
    title: name,
    subtitle: `original on the left, augmented views beside it: ${describeAugmentation(config.augment)}`,
    size: { height, width, channels },
    rows: Array.from(images.labels, (label, row) => ({
      label: [data.classNames[label] as string, imageName(images, row)],
      images: views.map((view) => view[row] as Uint8Array),
    })),
  });
  await writeAtomic(out, await renderPng(chart));
  print(options, { out, augment: config.augment }, [out]);
}

interface ViewContext {
  readonly experiment: Experiment;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly engine: Engine;
}

/** The pixels of each image in each view; the first view is the original. */
async function drawViews(
  images: Images,
  classCount: number,
  { experiment, imageShape, engine }: ViewContext,
): Promise<Uint8Array[][]> {
  const { data, seed } = experiment;
  const batches = imageBatches({
    images,
    classCount,
    imageShape,
    batchSize: ROWS,
    resize: experiment.data.resize,
    preprocess: 'none',
    augment: [],
    sampling: 'uniform',
    engine,
    reused: false,
  });
  const views: Uint8Array[][] = [];
  for await (const { inputs } of batches.inOrder()) {
    for (let view = 0; view < VIEWS; view++) {
      const pixels = tf.tidy(() => {
        const batch = batches.read(inputs) as LabelledBatch;
        if (view === 0) return bytesOf(batch.x);
        return bytesOf(augmentBatch(batch, data.augment, engine, [seed, 'preview', view]).x);
      });
      views.push(pixels);
    }
  }
  return views;
}

/** The first image of each class, then the second of each, and so on, up to `ROWS`. */
function firstOfEachClass({ train, classNames }: Dataset): Images {
  const indexes = classNames.map((_, label) =>
    Array.from(train.labels.keys()).filter((index) => train.labels[index] === label),
  );
  const longest = Math.max(...indexes.map((own) => own.length));
  const order = Array.from({ length: longest }, (_, turn) =>
    indexes.map((own) => own[turn]),
  ).flat();
  const chosen = order.filter((index) => index !== undefined).slice(0, ROWS);
  return {
    ...train,
    pixels: new SelectedPixels(train.pixels, chosen),
    labels: Int32Array.from(chosen, (index) => train.labels[index] as number),
    names: chosen.map((index) => imageName(train, index)),
  };
}

/** Converts a batch (NHWC) to bytes, one array for each image. */
function bytesOf(x: tf.Tensor4D): Uint8Array[] {
  const levels = Uint8Array.from(x.round().clipByValue(0, 255).dataSync());
  const stride = levels.length / x.shape[0];
  return Array.from({ length: x.shape[0] }, (_, i) =>
    levels.subarray(i * stride, (i + 1) * stride),
  );
}

function describeAugmentation(augment: readonly AugmentConfig[]): string {
  if (augment.length === 0) return 'no augmentation';
  return augment.map(({ kind, args }) => `${kind} ${Object.values(args).join(' ')}`).join(', ');
}
