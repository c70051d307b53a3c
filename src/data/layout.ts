import type { DataConfig } from '../config/experiment.ts';
import { InputError } from '../errors.ts';
import type { LoadContext, RawDataset } from './dataset.ts';
import type { FileTree } from './files/tree.ts';
import type { LabelledPath, Layout } from './folder-layout.ts';
import { localSource } from './source.ts';

/**
 * Path of one's own pictures.
 *
 * @throws InputError when none is given, or when the model takes neither RGB nor grey.
 */
export async function pictureSourcePath(
  { dataset, source }: DataConfig,
  context: LoadContext,
): Promise<string> {
  if (source === null)
    throw new InputError(
      `data.source: the data set ${dataset} needs the path of one's own pictures, received none`,
    );
  const channels = context.imageShape[2];
  if (channels !== 1 && channels !== 3)
    throw new InputError(
      `the model's inputShape has ${channels} channels; pictures have 3 (RGB) or 1 (grey)`,
    );
  return localSource(source, null, context);
}

/** Picture files whose labels are known as a data set; they take the size of the model's input. */
export async function openLayout(
  { classNames, train, heldOut }: Layout,
  from: { readonly tree: FileTree; readonly broken: DataConfig['broken'] },
  context: LoadContext,
): Promise<RawDataset> {
  const [{ pictureFiles }, { DecodedPictures }] = await Promise.all([
    import('./picture-files.ts'),
    import('./decoded-pictures.ts'),
  ]);
  const decoded = new DecodedPictures(from.tree, context);
  const part = (files: readonly LabelledPath[]) =>
    pictureFiles({ ...from, decoded, files }, context);
  return { classNames, train: part(train), test: heldOut && part(heldOut) };
}
