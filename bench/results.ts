import { contestants } from './contestant.ts';
import type { Row } from './measure.ts';

/** The circumstances of a measurement. */
export interface Setting {
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
  /** Load average of the machine before and after the measurement. */
  readonly load: string;
  /** The length of a turn of steps; rows of older benches have none. */
  readonly turns?: string;
}

export type Results = readonly (Row & Setting)[];

/** Merges new rows into old ones. A new row replaces the row with the same name on the same machine. */
export function mergeRows(old: Results, rows: Results): Results {
  const key = ({ machine, name }: Results[number]) => `${machine}: ${name}`;
  return [...new Map([...old, ...rows].map((row) => [key(row), row])).values()];
}

/** The number of the better peer. */
export function betterPeer({ values }: Row): number {
  return Math.min(values.keras, values.torch);
}

/** The ratio of the number of cifar-run to that of the better peer. */
export function ratio(row: Row): number {
  return row.values['cifar-run'] / betterPeer(row);
}

/** The ratio of the number of cifar-run in bfloat16 to that of the better peer in float32; `null` for other rows. */
function ratioToFloat32({ values, toFloat32 }: Row): number | null {
  return toFloat32 ? values['cifar-run'] / toFloat32.peer : null;
}

/** A number with three significant digits, or all digits before the decimal point. */
const format = (value: number) => (value < 100 ? value.toPrecision(3) : value.toFixed(0));

const HEAD = [
  'measure',
  'unit',
  ...contestants,
  'ratio to the better peer',
  'target',
  'ratio to its float32',
  'target',
  'result',
  'rounds',
  'load',
];

function formatTable(results: Results): string[] {
  const table = results.map((row) => [
    row.name,
    row.unit,
    ...contestants.map((name) => format(row.values[name])),
    ratio(row).toFixed(ratio(row) < 0.1 ? 3 : 2),
    `≤ ${row.target}`,
    ratioToFloat32(row)?.toFixed(2) ?? '',
    row.toFloat32 ? `≤ ${row.toFloat32.target}` : '',
    isHit(row) ? 'hit' : 'miss',
    `${row.rounds}`,
    row.load,
  ]);
  return [HEAD, HEAD.map(() => '---'), ...table].map((cells) => `| ${cells.join(' | ')} |`);
}

function isHit(row: Row): boolean {
  const { target = 0 } = row.toFloat32 ?? {};
  return ratio(row) <= row.target && (ratioToFloat32(row) ?? 0) <= target;
}

/** The section of one machine. */
function formatMachine(machine: string, results: Results): string[] {
  const settings = new Set(
    results.map(
      ({ date, versions, turns = 'turns of one to three steps' }) =>
        `${date}: ${versions}; ${turns}`,
    ),
  );
  const remarks = results.flatMap((row) => {
    const details = [...row.variants, ...(row.scaled ? [row.scaled] : [])];
    return details.length > 0 ? [`- ${row.name}: ${details.join('; ')}`] : [];
  });
  const hits = results.filter(isHit).length;
  return [
    `## ${machine}`,
    '',
    ...[...settings].map((setting) => `- ${setting}`),
    `- ${hits} of ${results.length} rows reach their targets`,
    '',
    ...formatTable(results),
    '',
    ...(remarks.length > 0 ? ['Variants and extrapolation:', '', ...remarks, ''] : []),
  ];
}

/** The text of RESULTS.md. `notes` explains missed targets, by the name of the row. */
export function formatResults(results: Results, notes: ReadonlyMap<string, string>): string {
  const machines = [...new Set(results.map(({ machine }) => machine))];
  const missed = new Set(results.filter((row) => !isHit(row)).map(({ name }) => name));
  const reasons = [...missed].map((name) => `- ${name}: ${notes.get(name) ?? 'not explained yet'}`);
  return [
    '# cifar-run compared with Keras and PyTorch',
    '',
    '`npm run bench` writes this file. The numbers are medians over rounds in which all three take turns; lower is better. Rows in',
    'bfloat16 compare with the better peer in bfloat16 (autocast in PyTorch, `mixed_bfloat16` in Keras), and with the better peer in',
    'float32. The load is the load average of the machine before and after the measurement; the bench itself contributes 2.',
    '',
    ...machines.flatMap((machine) =>
      formatMachine(
        machine,
        results.filter((row) => row.machine === machine),
      ),
    ),
    ...(reasons.length > 0 ? ['## Missed targets', '', ...reasons, ''] : []),
  ].join('\n');
}

/** Parses the lines of notes.md: `- name of the row: explanation`. */
export function parseNotes(text: string, names: readonly string[]): Map<string, string> {
  const longestFirst = names.toSorted((a, b) => b.length - a.length);
  return new Map(
    text.split('\n').flatMap((line) => {
      const name = longestFirst.find((each) => line.startsWith(`- ${each}: `));
      return name === undefined ? [] : [[name, line.slice(name.length + 4)] as const];
    }),
  );
}
