import sharp from 'sharp';
import { classificationReport } from '../../src/analysis/classification.ts';
import { uniforms } from '../../src/common/random.ts';
import type { MarkedText } from '../../src/config/mark-defaults.ts';
import { toColumns } from '../../src/experiment/metrics.ts';
import type { RunDetail, Thumbnail } from '../../src/runs/run-detail.ts';
import { epochs } from '../run-folder/epochs.ts';

interface Shape {
  readonly run?: number;
  readonly classNames?: readonly string[];
  readonly phases?: Readonly<Record<string, number>>;
  readonly thumbnails?: readonly Thumbnail[];
  readonly configuration?: readonly MarkedText[];
}

/** The details of a finished run. */
export function makeRunDetail({
  run = 1,
  classNames = ['cat', 'dog'],
  phases = { head: 4, 'fine-tune': 6 },
  thumbnails = [],
  configuration = [{ text: 'seed: 1\n', isDefault: false }],
}: Shape = {}): RunDetail {
  const rows = epochs(phases);
  const confusion = classNames.map((_, i) => classNames.map((_, j) => imageCount(i, j)));
  const id = `0123456${String(run).padStart(3, '0')}`;
  return {
    name: `made/2026-01-31T12-05-09Z-${id}`,
    experiment: 'made',
    id,
    folder: `runs/made/2026-01-31T12-05-09Z-${id}`,
    state: 'finished',
    error: null,
    started: '2026-01-31T12:05:09Z',
    ended: '2026-01-31T12:15:09Z',
    seed: run,
    metrics: { val_loss: 0.25, val_accuracy: 0.9 },
    epochs: rows.map((row) => ({ ...row, metrics: toColumns(row) })),
    phases: Object.entries(phases).map(([name, plannedEpochs]) => ({
      name,
      plannedEpochs,
      epochs: plannedEpochs,
      seconds: 10,
      stoppedEarly: null,
      keptEpoch: plannedEpochs,
      trainableParameters: 1000,
      frozenParameters: 0,
    })),
    images: { train: 1000, validation: 500, broken: 0 },
    parameters: 1000,
    classes: { names: classNames, confusion, report: classificationReport(confusion) },
    thumbnails: { examples: thumbnails, mistakes: thumbnails },
    configuration,
    experimentFile: 'seed: 1\n',
    environment: {
      cifarRun: '0.1.0',
      arguments: ['made.yaml', '--set', 'phases={a: 1}'],
      dataHash: '9f20',
      weightHashes: { 'a.safetensors': 'sha256:d4ae' },
      engine: { name: 'tensorflow', device: 'cpu' },
    },
    files: [],
  };
}

/** Most predictions are correct; the next class is the most frequent incorrect one. */
function imageCount(truth: number, predicted: number): number {
  if (truth === predicted) return 50;
  return predicted === truth + 1 ? 5 : (truth * predicted) % 3;
}

/** Images of noise, which compress worst. */
export function noiseThumbnails(count: number, side: number): Promise<Thumbnail[]> {
  const bytes = Uint8Array.from(uniforms(count * side * side * 3, ['noise']), (x) => x * 256);
  const size = side * side * 3;
  const thumbnails = Array.from({ length: count }, async (_, index) => {
    const raw = { width: side, height: side, channels: 3 } as const;
    const pixels = bytes.subarray(index * size, (index + 1) * size);
    const webp = await sharp(pixels, { raw }).webp({ quality: 85 }).toBuffer();
    const url = `data:image/webp;base64,${webp.toString('base64')}`;
    const predicted = index % 3 === 0 ? 'dog' : 'cat';
    const image = `images/${index}.png`;
    return { index, image, truth: 'cat', predicted, confidence: 0.9, url, side };
  });
  return Promise.all(thumbnails);
}
