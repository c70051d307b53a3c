import { styleText } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { type DiffedRun, diffRuns, type RunDiff } from '../analysis/diff.ts';
import {
  type DiffView,
  describeVerdict,
  diffSections,
  type Section,
} from '../analysis/diff-views.ts';
import { parseFilter } from '../analysis/filter.ts';
import { describeSweepDiff, diffSweeps, sweepSections } from '../analysis/sweep-diff.ts';
import type { ComparedSweep } from '../analysis/sweep-summary.ts';
import { asSpread, markdownTable, type Table, textTable } from '../analysis/table.ts';
import { curveLines, type Paint } from '../charts/terminal.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import { metricOf } from '../experiment/metrics.ts';
import { readSweepByName } from '../runs/compared.ts';
import { readDiffedRun } from '../runs/diffed.ts';
import { findRun } from '../runs/find.ts';

export interface DiffOptions extends DiffView, Format {
  /** Folder that holds all runs. */
  readonly runs: string;
  /** Of the changes of the models' metrics. */
  readonly failIf?: string;
}

/** Not an error, but what `--fail-if` asks for. */
const CONDITION_HOLDS = 3;

/**
 * `cifar-run diff A B`: what the second run, or sweep, has otherwise than the first, and whether it is
 * better. With `--fail-if` the exit code is 3 when the condition holds.
 * @throws InputError for what is no run, or a condition that makes no sense.
 */
export async function diffCommand(a: string, b: string, options: DiffOptions): Promise<void> {
  const findings = await findingsOf(a, b, options);
  process.stdout.write(`${print(findings, options)}\n`);
  if (!findings.holds) return;
  process.stderr.write(`it holds: ${options.failIf}\n`);
  process.exitCode = CONDITION_HOLDS;
}

async function findingsOf(a: string, b: string, options: DiffOptions) {
  const { runs } = options;
  const [first, second] = [await readSweepByName(a, runs), await readSweepByName(b, runs)];
  if (first && second) return sweepFindings(first, second, options);
  if (first || second) {
    const [sweep, run] = first ? [a, b] : [b, a];
    throw new InputError(
      `diff takes two runs or two sweeps. Received: the sweep ${sweep} and ${run}; name a run of the sweep, e.g. ${sweep}/best:val_accuracy`,
    );
  }
  return runFindings(
    await readDiffedRun(await findRun(a, runs)),
    await readDiffedRun(await findRun(b, runs)),
    options,
  );
}

const COLOURS = ['cyan', 'yellow'] as const;

/** At a terminal the curves have colours, unless https://no-color.org is asked for; in a pipe never. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const hasColours = stream.isTTY && stream.hasColors() && !process.env.NO_COLOR;
  return hasColours ? (text, curve) => styleText(COLOURS[curve], text) : (text) => text;
}

/**
 * Whether what `--fail-if` says holds of changes of metrics.
 * @throws InputError when it makes no sense, or names what is no metric of both.
 */
export function holdsOf(condition: string, changes: ReadonlyMap<string, number>): boolean {
  const { columns, holds } = parseFilter(condition);
  for (const { name } of columns) requireMetric(name, [...changes.keys()]);
  return holds((column) => changes.get(column));
}

/** @throws InputError when it is none of those that are known of both. */
export function requireMetric(metric: string, known: readonly string[]): void {
  if (known.includes(metric)) return;
  const hint = didYouMean(metric, known) || `; there are ${known.join(', ') || 'none'}`;
  throw new InputError(`the two have no metric ${metric} in common${hint}`);
}

/** What `diff` says of two runs, or of two sweeps. */
export interface Findings {
  /** For programs. */
  readonly json: object;
  /** Paragraphs before the tables. */
  readonly texts: readonly string[];
  readonly sections: readonly Section[];
}

export interface Format {
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
}

export function print({ json, texts, sections }: Findings, format: Format): string {
  if (format.json) return JSON.stringify(json, null, 2);
  if (format.csv) return csv(sections);
  const paragraphs = format.md ? texts.map((text) => `\`\`\`\n${text}\n\`\`\``) : texts;
  const tables = sections.map(({ title, table, most = table.rows.length }) => {
    const shown: Table = { ...table, rows: table.rows.slice(0, most) };
    const left = table.rows.length - shown.rows.length;
    const text = format.md ? `## ${title}\n\n${markdownTable(shown)}` : textTable(shown);
    return left > 0 ? `${text}\n${format.md ? '\n' : ''}and ${left} more (--csv: all)` : text;
  });
  return [...paragraphs, ...tables].join('\n\n');
}

/** A line for each value: the part, what names its row, the value's column. */
function csv(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ title, table: { columns, rows }, keys = 1 }) =>
    rows.flatMap((row) => {
      const names = row.slice(0, keys).map((value, i) => `${columns[i]?.name}=${value}`);
      const name = keys === 1 ? row[0] : names.join(', ');
      return row.slice(keys).flatMap((value, i) => {
        const column = columns[keys + i]?.name;
        const spread = asSpread(value);
        if (!spread) return [[title, name, column, value]];
        return [
          [title, name, `${column}_mean`, spread.mean],
          [title, name, `${column}_sd`, spread.sd],
        ];
      });
    }),
  );
  return stringify([['part', 'name', 'column', 'value'], ...rows]).trimEnd();
}

/** @throws InputError when the runs do not both have the metric that is asked for. */
export function runFindings(
  first: DiffedRun,
  second: DiffedRun,
  options: DiffOptions,
): Findings & { readonly holds: boolean } {
  const diff = diffRuns(first, second);
  if (options.metric !== undefined) requireMetric(options.metric, metricsOf(diff));
  const names = `first   ${first.name}\nsecond  ${second.name}`;
  const paint = options.md ? undefined : paintFor(process.stdout);
  const columns = options.metric === undefined ? undefined : [options.metric];
  const curves = curveLines(first, second, {
    ...(columns && { columns }),
    ...(paint && { paint }),
  }).join('\n');
  return {
    json: { first: first.name, second: second.name, ...diff },
    texts: [names, describeVerdict(diff), ...(curves ? [curves] : [])],
    sections: diffSections(diff, options),
    holds: options.failIf !== undefined && holdsOf(options.failIf, modelChanges(diff)),
  };
}

/** Whether of the finished models or of epochs. */
function metricsOf({ metrics }: RunDiff): string[] {
  return metrics.map(({ name }) => name.slice(name.indexOf(' ') + 1));
}

/** Names are those of the finished models' metrics. */
function modelChanges({ metrics }: RunDiff): Map<string, number> {
  const models = metrics.filter(({ name }) => name.startsWith('model '));
  return new Map(
    models.map(({ name, first, second }) => [name.slice('model '.length), second - first]),
  );
}

/**
 * What `--fail-if` says holds when it does so of the means of any cell.
 * @throws InputError when the sweeps have no cell in common, or not the metric that is asked for.
 */
export function sweepFindings(
  first: ComparedSweep,
  second: ComparedSweep,
  options: DiffOptions,
): Findings & { readonly holds: boolean } {
  const { metric: name, failIf } = options;
  const diff = diffSweeps(
    first,
    second,
    name === undefined ? undefined : { name, goal: metricOf(name).goal },
  );
  if (diff.cells.length === 0) {
    const sets = ({ parameters }: ComparedSweep) => parameters.join(', ') || 'nothing but seeds';
    throw new InputError(
      `the sweeps have no cell in common: ${first.name} sets ${sets(first)}; ${second.name} sets ${sets(second)}`,
    );
  }
  const all = diff.cells.map((cell) => new Map(Object.entries(cell.changes)));
  // Of a cell whose runs have all failed there is nothing to say.
  const changes = all.filter(({ size }) => size > 0);
  if (name !== undefined) requireMetric(name, [...(changes[0]?.keys() ?? [])]);
  return {
    json: { first: first.name, second: second.name, ...diff },
    texts: [`first   ${first.name}\nsecond  ${second.name}`, describeSweepDiff(diff)],
    sections: sweepSections(diff, options),
    holds: failIf !== undefined && changes.some((each) => holdsOf(failIf, each)),
  };
}
