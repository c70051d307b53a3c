import { isUtf8 } from 'node:buffer';
import { basename, dirname, isAbsolute, posix, sep } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { DataError, type DatasetKind } from '../dataset.ts';
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
    const { classNames, train, test } = await labelByTable(await readTable(tree, table), table);
    const folder = posix.dirname(table);
    const located = (files: readonly LabelledFile[]) =>
      files.map(({ path, label }) => {
        // Programs for Windows write backslashes. Elsewhere a name may contain one.
        const slashed = sep === '/' ? path : path.replaceAll(sep, '/');
        return { path: isAbsolute(slashed) ? slashed : posix.join(folder, slashed), label };
      });
    const files = { classNames, train: located(train), test: test && located(test) };
    return openLabelledFiles(files, tree, config, context);
  },
};

async function onlyTable(tree: FileTree): Promise<string> {
  const tables = (await tree.list()).filter((path) => /\.csv$/i.test(path));
  if (tables.length !== 1)
    throw new DataError(
      'source',
      `${tree.root} contains ${tables.length === 0 ? 'no .csv file' : `${tables.length} .csv files, ${tables.join(', ')}`}; it must contain one, or the source must be the file itself`,
    );
  return tables[0] as string;
}

async function readTable(tree: FileTree, path: string): Promise<Buffer> {
  for await (const { bytes } of tree.read(new Set([path]))) {
    return await bytes().catch((error: Error) => {
      throw new DataError('source', `${error.message}`);
    });
  }
  throw new DataError('source', `${tree.root} has no file ${path}`);
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
 * @throws DataError with the number of the wrong line.
 */
export async function labelByTable(table: Buffer, name: string): Promise<LabelledFiles> {
  const rows = await readRows(table, name);
  const splits = new Set(rows.map(({ split }) => split));
  const train = rows.filter(({ split }) => split === 'train' || split === '');
  if (train.length === 0) throw new DataError('source', `${name} lists no images to train on`);
  const classNames = [...new Set(train.map(({ label }) => label))].sort();
  const labels = new Map(classNames.map((className, label) => [className, label]));
  const labelled = (own: readonly Row[]) => own.map((row) => withLabel(row, labels, name));
  const test = TEST_SPLITS.find((split) => splits.has(split));
  return {
    classNames,
    train: labelled(train),
    test: test === undefined ? null : labelled(rows.filter(({ split }) => split === test)),
  };
}

async function readRows(table: Buffer, name: string): Promise<Row[]> {
  const [header, ...records] = await parseTable(table, name);
  const columns = header?.record.map((column) => column.toLowerCase()) ?? [];
  for (const column of ['path', 'label'])
    if (!columns.includes(column))
      throw new DataError(
        'source',
        `the first line of ${name} must name the columns: path,label or path,label,split. Received: ${header?.record.join() ?? 'nothing'}`,
      );
  return records.map(({ record, line }) => {
    const value = (column: string) => record[columns.indexOf(column)] ?? '';
    const row = { line, path: value('path'), label: value('label'), split: value('split') };
    const split = row.split.toLowerCase();
    if (row.path === '' || row.label === '')
      throw new DataError('source', `${name}:${line} has no ${row.path ? 'label' : 'path'}`);
    if (columns.includes('split') && split !== 'train' && !TEST_SPLITS.includes(split))
      throw new DataError(
        'source',
        `${name}:${line} has the unknown split "${row.split}"; known are train, ${TEST_SPLITS.join(', ')}`,
      );
    return { ...row, split };
  });
}

/** Parses in chunks, so that a long table does not keep signals waiting. */
async function parseTable(table: Buffer, name: string) {
  requireUtf8(table, name);
  // The parser loads only when there is a table to parse.
  const { parse } = await import('csv-parse');
  const parser = parse({ bom: true, info: true, skip_empty_lines: true, trim: true });
  const rows: { readonly record: string[]; readonly line: number }[] = [];
  try {
    for await (const { record, info } of Readable.from(chunks(table)).compose(parser)) {
      rows.push({ record, line: info.lines });
    }
    return rows;
  } catch (error) {
    throw new DataError('source', `${name} is not valid CSV: ${(error as Error).message}`);
  }
}

const CHUNK_BYTES = 2 ** 16;

async function* chunks(table: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < table.length; at += CHUNK_BYTES) {
    await setImmediate();
    yield table.subarray(at, at + CHUNK_BYTES);
  }
}

/** @throws DataError with the line of the first byte that is not UTF-8, such as a letter of Latin-1. */
function requireUtf8(table: Buffer, name: string): void {
  if (isUtf8(table)) return;
  let line = 1;
  for (let start = 0; start < table.length; line++) {
    const end = table.indexOf(NEWLINE, start) + 1 || table.length;
    if (!isUtf8(table.subarray(start, end))) break;
    start = end;
  }
  throw new DataError('source', `${name}:${line} is not UTF-8; save the table as UTF-8`);
}

const NEWLINE = 10;

function withLabel(row: Row, labels: ReadonlyMap<string, number>, name: string): LabelledFile {
  const label = labels.get(row.label);
  if (label === undefined)
    throw new DataError(
      'source',
      `${name}:${row.line} has the label "${row.label}", which no training image has; known are ${[...labels.keys()].join(', ')}`,
    );
  return { path: row.path, label };
}
