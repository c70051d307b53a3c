import { contestants } from './contestant.ts';
import type { Row } from './measure.ts';

/** Where and with what rows were measured. */
export interface Setting {
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
  /** Of the machine, in the minute before and after. */
  readonly load: string;
}

export type Results = readonly (Row & Setting)[];

/** New rows take the place of those with their names, others are kept. */
export function mergeRows(old: Results, rows: Results): Results {
  const fresh = new Map(rows.map((row) => [row.name, row]));
  const kept = old.map((row) => fresh.get(row.name) ?? row);
  const known = new Set(old.map(({ name }) => name));
  return [...kept, ...rows.filter(({ name }) => !known.has(name))];
}

/** Of the better peer's. */
export function ratio({ values }: Row): number {
  return values['cifar-run'] / Math.min(values.keras, values.torch);
}

/** Three digits, or all before the point. */
const digits = (value: number) => (value < 100 ? value.toPrecision(3) : value.toFixed(0));

/** RESULTS.md; `notes` holds, by a row's name, why it missed its target. */
export function formatResults(results: Results, notes: ReadonlyMap<string, string>): string {
  const head = [
    'measure',
    'unit',
    ...contestants,
    'of the better peer',
    'target',
    '',
    'rounds',
    'load',
  ];
  const table = results.map((row) => [
    row.name,
    row.unit,
    ...contestants.map((name) => digits(row.values[name])),
    ratio(row).toFixed(ratio(row) < 0.1 ? 3 : 2),
    `≤ ${row.target}`,
    ratio(row) <= row.target ? 'hit' : 'miss',
    `${row.rounds}`,
    row.load,
  ]);
  const lines = [head, head.map(() => '---'), ...table].map((cells) => `| ${cells.join(' | ')} |`);
  const settings = [
    ...new Set(results.map((row) => `${row.date}: ${row.machine}; ${row.versions}`)),
  ];
  const remarks = results.flatMap((row) => {
    const said = [...row.variants, ...(row.scaled ? [row.scaled] : [])];
    return said.length > 0 ? [`- ${row.name}: ${said.join('; ')}`] : [];
  });
  const missed = results
    .filter((row) => ratio(row) > row.target)
    .map(({ name }) => `- ${name}: ${notes.get(name) ?? 'not explained yet'}`);
  const section = (title: string, body: readonly string[]) =>
    body.length > 0 ? [`## ${title}`, '', ...body, ''] : [];
  return [
    '# Beside Keras and PyTorch',
    '',
    'Written by `npm run bench`: medians of rounds in which all took turns; less is better. `load`: processes that wanted to run in the minute',
    'before the measure and in its last one; two are the bench itself.',
    '',
    ...settings.map((setting) => `- ${setting}`),
    '',
    ...lines,
    '',
    ...section('How', remarks),
    ...section('Why missed', missed),
  ].join('\n');
}

/** Notes as `notes.md` has them: `- name of a row: why`. */
export function parseNotes(text: string, names: readonly string[]): Map<string, string> {
  const longestFirst = names.toSorted((a, b) => b.length - a.length);
  return new Map(
    text.split('\n').flatMap((line) => {
      const name = longestFirst.find((each) => line.startsWith(`- ${each}: `));
      return name === undefined ? [] : [[name, line.slice(name.length + 4)] as const];
    }),
  );
}
