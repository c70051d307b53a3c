import { basename, dirname, posix } from 'node:path';
import { InputError } from '../../common/errors.ts';
import type { DatasetKind } from '../dataset.ts';
import { type FileTree, openTree } from '../files/tree.ts';
import type { LabelledPath } from './folder.ts';
import { imageSourcePath, openLayout } from './layout.ts';

/**
 * Images that a table names, one a line: `path,label` or `path,label,split`. The source is the table, or
 * a folder or archive that holds it; paths start from the table's own folder.
 */
export const csv: DatasetKind = {
  name: 'csv',

  async open(config, context) {
    const path = await imageSourcePath(config, context);
    const isTable = /\.csv$/i.test(path);
    const tree = await openTree(isTable ? dirname(path) : path);
    const table = isTable ? basename(path) : await onlyTable(tree);
    const { csvLayout } = await import('./csv-layout.ts');
    const layout = csvLayout(await readText(tree, table), table);
    const from = posix.dirname(table);
    const located = (files: readonly LabelledPath[]) =>
      files.map(({ path, label }) => ({
        path: posix.isAbsolute(path) ? path : posix.join(from, path),
        label,
      }));
    return openLayout(
      {
        ...layout,
        train: located(layout.train),
        heldOut: layout.heldOut && located(layout.heldOut),
      },
      { tree, broken: config.broken },
      context,
    );
  },
};

async function onlyTable(tree: FileTree): Promise<string> {
  const tables = (await tree.list()).filter((path) => /\.csv$/i.test(path));
  if (tables.length !== 1)
    throw new InputError(
      `data.source: ${tree.root} holds ${tables.length === 0 ? 'no .csv file' : `${tables.length} .csv files, ${tables.join(', ')}`}; it must hold one, or the source must be the file itself`,
    );
  return tables[0] as string;
}

async function readText(tree: FileTree, path: string): Promise<string> {
  for await (const { bytes } of tree.read(new Set([path]))) return (await bytes()).toString('utf8');
  throw new InputError(`data.source: there is no ${path} in ${tree.root}`);
}
