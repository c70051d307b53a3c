import type { DatasetKind } from './dataset.ts';
import { openTree } from './files/tree.ts';
import { folderLayout } from './folder-layout.ts';
import { openLayout, pictureSourcePath } from './layout.ts';

/** One's own pictures in class folders, or an archive of them. */
export const folder: DatasetKind = {
  name: 'folder',

  async open(config, context) {
    const tree = await openTree(await pictureSourcePath(config, context));
    const layout = folderLayout(await tree.list(), config.classes);
    return openLayout(layout, { tree, broken: config.broken }, context);
  },
};
