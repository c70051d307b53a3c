import { parse } from 'csv-parse/sync';
import { InputError } from '../../common/errors.ts';
import { heldOutNames, type LabelledPath, type Layout } from './folder.ts';

interface Row {
  readonly line: number;
  readonly path: string;
  readonly label: string;
  /** The part that it belongs to; empty where the table has no column `split`. */
  readonly split: string;
}

/**
 * Reads a table with the columns `path`, `label` and, if parts are given, `split`: `train` or, of the
 * held-out part, `val` (or `validation`, `valid`, `test`; the first of these is used).
 *
 * @param name What the table is called in messages.
 * @throws InputError with the line that is wrong.
 */
export function csvLayout(text: string, name: string): Layout {
  const rows = readRows(text, name);
  const splits = new Set(rows.map(({ split }) => split));
  const train = rows.filter(({ split }) => split === 'train' || split === '');
  if (train.length === 0) throw new InputError(`data.source: ${name} names no images to train on`);
  const classNames = [...new Set(train.map(({ label }) => label))].sort();
  const labelled = (own: readonly Row[]) => own.map((row) => withLabel(row, classNames, name));
  const heldOut = heldOutNames.find((split) => splits.has(split));
  return {
    classNames,
    train: labelled(train),
    heldOut: heldOut === undefined ? null : labelled(rows.filter(({ split }) => split === heldOut)),
  };
}

function readRows(text: string, name: string): Row[] {
  const [header, ...records] = parseTable(text, name);
  const columns = header?.record.map((column) => column.toLowerCase()) ?? [];
  for (const column of ['path', 'label'])
    if (!columns.includes(column))
      throw new InputError(
        `data.source: ${name} must begin with a line that names its columns: path,label or path,label,split. Received: ${header?.record.join() ?? 'nothing'}`,
      );
  return records.map(({ record, line }) => {
    const value = (column: string) => record[columns.indexOf(column)] ?? '';
    const row = { line, path: value('path'), label: value('label'), split: value('split') };
    const split = row.split.toLowerCase();
    if (row.path === '' || row.label === '')
      throw new InputError(`data.source: ${name}:${line} has no ${row.path ? 'label' : 'path'}`);
    if (columns.includes('split') && split !== 'train' && !heldOutNames.includes(split))
      throw new InputError(
        `data.source: ${name}:${line} is of split "${row.split}"; known are train, ${heldOutNames.join(', ')}`,
      );
    return { ...row, split };
  });
}

function parseTable(text: string, name: string) {
  try {
    const table = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true });
    return (table as unknown as { record: string[]; info: { lines: number } }[]).map(
      ({ record, info }) => ({ record, line: info.lines }),
    );
  } catch (error) {
    throw new InputError(`data.source: ${name} cannot be read as CSV: ${(error as Error).message}`);
  }
}

function withLabel(row: Row, classNames: readonly string[], name: string): LabelledPath {
  const label = classNames.indexOf(row.label);
  if (label < 0)
    throw new InputError(
      `data.source: ${name}:${row.line} has the label "${row.label}", which training does not have; it has ${classNames.join(', ')}`,
    );
  return { path: row.path, label };
}
