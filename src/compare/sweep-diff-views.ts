import { showValue } from '../plan/show-value.ts';
import type { Cell } from './cells.ts';
import { chance, changesTable, type DiffView, type Section } from './diff-views.ts';
import { shortNames } from './settings.ts';
import type { CellDiff, SweepDiff } from './sweep-diff.ts';
import type { Column, Entry, Table } from './table.ts';

/** Chance explains what a test finds more likely than this. */
const UNLIKELY = 0.05;

/** Parts that would be empty are left out. */
export function sweepSections(diff: SweepDiff, { onlyChanged }: DiffView): Section[] {
  const cells = diff.cells.filter(
    ({ changes }) => !(onlyChanged && changes[diff.metric.name] === 0),
  );
  const sections = [
    { title: 'settings', table: changesTable('setting', diff.settings) },
    { title: 'cells', table: cellsTable(diff, cells), keys: diff.parameters.length },
  ];
  return sections.filter(({ table }) => table.rows.length > 0);
}

/** How many cells are better, in a line; cells that have no partner, in the next ones. */
export function describeSweepDiff({
  metric,
  parameters,
  cells,
  onlyFirst,
  onlySecond,
}: SweepDiff): string {
  const known = cells.flatMap(({ changes, seeds }) => {
    const change = changes[metric.name];
    return change === undefined ? [] : { change, seeds };
  });
  const sign = metric.goal === 'minimize' ? -1 : 1;
  const better = known.filter(({ change }) => sign * change > 0);
  const clear = known.filter(({ seeds }) => seeds && seeds.pValue <= UNLIKELY);
  const mean = known.reduce((sum, { change }) => sum + change, 0) / known.length;
  const headline =
    known.length === 0
      ? `no verdict: of the cells that both sweeps have, none has ${metric.name} in both`
      : `${better.length} of ${known.length} cells are better in ${metric.name}, ` +
        `${clear.length} differ by more than the noise of seeds; ${signed(mean)} on average`;
  return [
    headline,
    ...unmatched('first', onlyFirst, parameters),
    ...unmatched('second', onlySecond, parameters),
  ].join('\n');
}

function unmatched(which: string, cells: readonly Cell[], parameters: readonly string[]): string[] {
  const names = shortNames(parameters);
  return cells.map(({ key }) => {
    const settings = Object.values(key).map((value, i) => `${names[i]}=${showValue(value)}`);
    return `  only the ${which} has ${settings.join(', ')}`;
  });
}

function cellsTable({ parameters, metric }: SweepDiff, cells: readonly CellDiff[]): Table {
  const titles = shortNames(parameters);
  const column = (name: string, kind: Column['kind'], title = name): Column => {
    return { name, title, kind };
  };
  return {
    columns: [
      ...parameters.map((name, i) => column(name, 'text', titles[i])),
      column('first', 'metric', `first ${metric.name}`),
      column('second', 'metric'),
      { ...column('change', 'metric'), isChange: true },
      column('pValue', 'text', 'p'),
    ],
    rows: cells.map(({ key, first, second, changes, seeds }): Entry[] => [
      ...parameters.map((name) => key[name]),
      first,
      second,
      changes[metric.name],
      seeds && Number(chance(seeds.pValue)),
    ]),
  };
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(4)}`;
}
