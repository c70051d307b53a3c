import type { DataConfig } from '../../experiment/experiment.ts';
import { DataError, type ImageSource, type LoadContext, type RawDataset } from '../dataset.ts';
import type { DecodedImages } from '../decode/decoded-images.ts';
import { localPath } from '../files/source.ts';
import type { FileTree } from '../files/tree.ts';
import { SelectedPixels } from '../pixels.ts';

export interface LabelledFile {
  readonly path: string;
  /** Index into the class names. */
  readonly label: number;
}

/** The image files of a dataset, with their labels. */
export interface LabelledFiles {
  readonly classNames: readonly string[];
  readonly train: readonly LabelledFile[];
  readonly test: readonly LabelledFile[] | null;
}

/** Names of a test split, in order of preference. */
export const TEST_SPLITS: readonly string[] = ['val', 'validation', 'valid', 'test'];

/**
 * Returns the local path of the user's own images.
 *
 * @throws DataError when `data.source` is missing, or when the model's input is neither RGB nor greyscale.
 */
export async function imageSourcePath(
  { dataset, source }: DataConfig,
  context: LoadContext,
): Promise<string> {
  if (source === null)
    throw new DataError(
      'source',
      `the dataset ${dataset} needs the path of your images. Received: null`,
    );
  const channels = context.imageShape[2];
  if (channels !== 1 && channels !== 3)
    throw new DataError(
      null,
      `the model's inputShape has ${channels} channels; images have 3 (RGB) or 1 (greyscale)`,
    );
  return localPath(source, context);
}

/** Opens labelled image files as a dataset. They are decoded at the size of the model's input when they are read. */
export function openLabelledFiles(
  { classNames, train, test }: LabelledFiles,
  tree: FileTree,
  { broken, resize }: Pick<DataConfig, 'broken' | 'resize'>,
  context: LoadContext,
): RawDataset {
  // The decoder loads when the first images are read.
  let decoded: DecodedImages | undefined;
  const source = (files: readonly LabelledFile[]): ImageSource => ({
    labels: Int32Array.from(files, ({ label }) => label),
    async read(indices) {
      const { DecodedImages } = await import('../decode/decoded-images.ts');
      decoded ??= new DecodedImages(tree, resize, context);
      const paths = Array.from(indices, (index) => (files[index] as LabelledFile).path);
      return readImages(paths, decoded, tree, broken, context);
    },
  });
  return { classNames, train: source(train), test: test && source(test) };
}

async function readImages(
  paths: readonly string[],
  decoded: DecodedImages,
  tree: FileTree,
  onBroken: DataConfig['broken'],
  context: LoadContext,
) {
  const [height, width, channels] = context.imageShape;
  const reasons = new Map<string, string>();
  await decoded.decode(paths, (path, reason) => {
    if (onBroken === 'stop')
      throw new DataError(
        null,
        `cannot read the image ${path} of ${tree.root}: ${reason}; repair or remove it, or leave out such images with data.broken: skip`,
      );
    reasons.set(path, reason);
  });
  const positions = paths.map((path) => decoded.position(path) ?? 0);
  return {
    height,
    width,
    channels,
    names: paths,
    pixels: new SelectedPixels(decoded.pixels, positions),
    originalSize: (index: number) => decoded.originalSize(positions[index] as number),
    isDamaged: (index: number) => decoded.isDamaged(positions[index] as number),
    broken: paths.flatMap((path, index) => {
      const reason = reasons.get(path);
      return reason === undefined ? [] : [{ path, reason, index }];
    }),
  };
}
