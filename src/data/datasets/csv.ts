import { basename, dirname, posix } from 'node:path';
import { InputError } from '../../common/errors.ts';
import type { DatasetKind } from '../dataset.ts';
import { openTree } from '../files/source.ts';
import type { FileTree } from '../files/tree.ts';
import {
  imageSourcePath,
  type LabelledFile,
  type LabelledFiles,
  openLabelledFiles,
  TEST_SPLITS,
} from './labelled-files.ts';

/**
 * Images listed in a table, one a line: `path,label` or `path,label,split`. The source is the table, or a
 * folder or archive that contains it. Paths are relative to the table's folder.
 */
export const csv: DatasetKind = {
  name: 'csv',

  async open(config, context) {
    const path = await imageSourcePath(config, context);
    const isTable = /\.csv$/i.test(path);
    const tree = await openTree(isTable ? dirname(path) : path);
    const table = isTable ? basename(path) : await onlyTable(tree);
    const { classNames, train, test } = await labelByTable(await readText(tree, table), table);
    const folder = posix.dirname(table);
    const located = (files: readonly LabelledFile[]) =>
      files.map(({ path, label }) => ({
        path: posix.isAbsolute(path) ? path : posix.join(folder, path),
        label,
      }));
    const files = { classNames, train: located(train), test: test && located(test) };
    return openLabelledFiles(files, tree, config.broken, context);
  },
};

async function onlyTable(tree: FileTree): Promise<string> {
  const tables = (await tree.list()).filter((path) => /\.csv$/i.test(path));
  if (tables.length !== 1)
    throw new InputError(
      `data.source: ${tree.root} contains ${tables.length === 0 ? 'no .csv file' : `${tables.length} .csv files, ${tables.join(', ')}`}; it must contain one, or the source must be the file itself`,
    );
  return tables[0] as string;
}

async function readText(tree: FileTree, path: string): Promise<string> {
  for await (const { bytes } of tree.read(new Set([path]))) return (await bytes()).toString('utf8');
  throw new InputError(`data.source: ${tree.root} has no file ${path}`);
}

interface Row {
  readonly line: number;
  readonly path: string;
  readonly label: string;
  /** In lower case; empty if the table has no column `split`. */
  readonly split: string;
}

/**
 * Parses a table with the columns `path`, `label` and, optionally, `split`: `train`, or for the test split
 * `val` (or `validation`, `valid`, `test`; the first one that occurs is used). Labels are numbered in
 * alphabetical order of the training classes.
 *
 * @param name Name of the table in messages.
 * @throws InputError with the number of the wrong line.
 */
export async function labelByTable(text: string, name: string): Promise<LabelledFiles> {
  const rows = await readRows(text, name);
  const splits = new Set(rows.map(({ split }) => split));
  const train = rows.filter(({ split }) => split === 'train' || split === '');
  if (train.length === 0) throw new InputError(`data.source: ${name} lists no images to train on`);
  const classNames = [...new Set(train.map(({ label }) => label))].sort();
  const labelled = (own: readonly Row[]) => own.map((row) => withLabel(row, classNames, name));
  const test = TEST_SPLITS.find((split) => splits.has(split));
  return {
    classNames,
    train: labelled(train),
    test: test === undefined ? null : labelled(rows.filter(({ split }) => split === test)),
  };
}

async function readRows(text: string, name: string): Promise<Row[]> {
  const [header, ...records] = await parseTable(text, name);
  const columns = header?.record.map((column) => column.toLowerCase()) ?? [];
  for (const column of ['path', 'label'])
    if (!columns.includes(column))
      throw new InputError(
        `data.source: the first line of ${name} must name the columns: path,label or path,label,split. Received: ${header?.record.join() ?? 'nothing'}`,
      );
  return records.map(({ record, line }) => {
    const value = (column: string) => record[columns.indexOf(column)] ?? '';
    const row = { line, path: value('path'), label: value('label'), split: value('split') };
    const split = row.split.toLowerCase();
    if (row.path === '' || row.label === '')
      throw new InputError(`data.source: ${name}:${line} has no ${row.path ? 'label' : 'path'}`);
    if (columns.includes('split') && split !== 'train' && !TEST_SPLITS.includes(split))
      throw new InputError(
        `data.source: ${name}:${line} has the unknown split "${row.split}"; known are train, ${TEST_SPLITS.join(', ')}`,
      );
    return { ...row, split };
  });
}

async function parseTable(text: string, name: string) {
  // The parser loads only when there is a table to parse.
  const { parse } = await import('csv-parse/sync');
  try {
    const table = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true });
    return (table as unknown as { record: string[]; info: { lines: number } }[]).map(
      ({ record, info }) => ({ record, line: info.lines }),
    );
  } catch (error) {
    throw new InputError(`data.source: ${name} is not valid CSV: ${(error as Error).message}`);
  }
}

function withLabel(row: Row, classNames: readonly string[], name: string): LabelledFile {
  const label = classNames.indexOf(row.label);
  if (label < 0)
    throw new InputError(
      `data.source: ${name}:${row.line} has the label "${row.label}", which no training image has; known are ${classNames.join(', ')}`,
    );
  return { path: row.path, label };
}
