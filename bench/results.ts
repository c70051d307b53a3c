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

/** New rows take the place of those with their names on the same machine, others are kept. */
export function mergeRows(old: Results, rows: Results): Results {
  const key = ({ machine, name }: Results[number]) => `${machine}: ${name}`;
  return [...new Map([...old, ...rows].map((row) => [key(row), row])).values()];
}

/** Of the better peer's. */
export function ratio({ values }: Row): number {
  return values['cifar-run'] / Math.min(values.keras, values.torch);
}

/** Three digits, or all before the point. */
const digits = (value: number) => (value < 100 ? value.toPrecision(3) : value.toFixed(0));

const HEAD = [
  ...['measure', 'unit', ...contestants, 'of the better peer', 'target', ''],
  ...['rounds', 'load'],
];

function formatTable(results: Results): string[] {
  const table = results.map((row) => [
    row.name,
    row.unit,
    ...contestants.map((name) => digits(row.values[name])),
    ratio(row).toFixed(ratio(row) < 0.1 ? 3 : 2),
    `≤ ${row.target}`,
    isHit(row) ? 'hit' : 'miss',
    `${row.rounds}`,
    row.load,
  ]);
  return [HEAD, HEAD.map(() => '---'), ...table].map((cells) => `| ${cells.join(' | ')} |`);
}

const isHit = (row: Row) => ratio(row) <= row.target;

/** What was measured on one machine. */
function formatMachine(machine: string, results: Results): string[] {
  const settings = new Set(results.map(({ date, versions }) => `${date}: ${versions}`));
  const remarks = results.flatMap((row) => {
    const said = [...row.variants, ...(row.scaled ? [row.scaled] : [])];
    return said.length > 0 ? [`- ${row.name}: ${said.join('; ')}`] : [];
  });
  const hits = results.filter(isHit).length;
  return [
    `## ${machine}`,
    '',
    ...[...settings].map((setting) => `- ${setting}`),
    `- ${hits} of ${results.length} rows hit their targets`,
    '',
    ...formatTable(results),
    '',
    ...(remarks.length > 0 ? ['How:', '', ...remarks, ''] : []),
  ];
}

/** RESULTS.md; `notes` holds, by a row's name, why it missed its target. */
export function formatResults(results: Results, notes: ReadonlyMap<string, string>): string {
  const machines = [...new Set(results.map(({ machine }) => machine))];
  const missed = new Set(results.filter((row) => !isHit(row)).map(({ name }) => name));
  const reasons = [...missed].map((name) => `- ${name}: ${notes.get(name) ?? 'not explained yet'}`);
  return [
    '# Beside Keras and PyTorch',
    '',
    'Written by `npm run bench`: medians of rounds in which all took turns; less is better. `load`: processes that wanted to run in the minute',
    'before the measure and in its last one; two are the bench itself.',
    '',
    ...machines.flatMap((machine) =>
      formatMachine(
        machine,
        results.filter((row) => row.machine === machine),
      ),
    ),
    ...(reasons.length > 0 ? ['## Why missed', '', ...reasons, ''] : []),
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
