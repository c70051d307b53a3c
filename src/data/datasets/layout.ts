import { InputError } from '../../common/errors.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import type { LoadContext, RawDataset } from '../dataset.ts';
import type { FileTree } from '../files/tree.ts';
import { localSource } from '../source.ts';
import type { LabelledPath, Layout } from './folder.ts';

/**
 * Path of one's own images.
 *
 * @throws InputError when none is given, or when the model takes neither RGB nor grey.
 */
export async function imageSourcePath(
  { dataset, source }: DataConfig,
  context: LoadContext,
): Promise<string> {
  if (source === null)
    throw new InputError(
      `data.source: the data set ${dataset} needs the path of one's own images, received none`,
    );
  const channels = context.imageShape[2];
  if (channels !== 1 && channels !== 3)
    throw new InputError(
      `the model's inputShape has ${channels} channels; images have 3 (RGB) or 1 (grey)`,
    );
  return localSource(source, null, context);
}

/** Image files whose labels are known as a data set; they take the size of the model's input. */
export async function openLayout(
  { classNames, train, heldOut }: Layout,
  from: { readonly tree: FileTree; readonly broken: DataConfig['broken'] },
  context: LoadContext,
): Promise<RawDataset> {
  const [{ imageFiles }, { DecodedImages }] = await Promise.all([
    import('./image-files.ts'),
    import('../decode/decoded-images.ts'),
  ]);
  const decoded = new DecodedImages(from.tree, context);
  const part = (files: readonly LabelledPath[]) => imageFiles({ ...from, decoded, files }, context);
  return { classNames, train: part(train), test: heldOut && part(heldOut) };
}
