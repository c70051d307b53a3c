import { InputError } from '../errors.ts';
import type { DatasetKind } from './dataset.ts';
import { openTree } from './files/tree.ts';
import { folderLayout } from './folder-layout.ts';
import { localSource } from './source.ts';

/** One's own pictures in class folders, or an archive of them; they take the size of the model's input. */
export const folder: DatasetKind = {
  name: 'folder',

  async open(config, context) {
    if (config.source === null)
      throw new InputError(
        'data.source: the data set folder needs the path of a folder or archive of pictures, received none',
      );
    const channels = context.imageShape[2];
    if (channels !== 1 && channels !== 3)
      throw new InputError(
        `the model's inputShape has ${channels} channels; pictures have 3 (RGB) or 1 (grey)`,
      );
    const tree = await openTree(await localSource(config.source, null, context));
    const { classNames, train, heldOut } = folderLayout(await tree.list());
    const { pictureFiles } = await import('./picture-files.ts');
    return {
      classNames,
      train: pictureFiles({ tree, files: train, broken: config.broken }, context),
      test: heldOut && pictureFiles({ tree, files: heldOut, broken: config.broken }, context),
    };
  },
};
