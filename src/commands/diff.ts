import { styleText } from 'node:util';
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
import { toCsv } from '../common/csv.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import { metricOf } from '../experiment/metrics.ts';
import { readSweepByName } from '../runs/compared.ts';
import { readDiffed } from '../runs/diffed.ts';

export interface DiffOptions extends DiffView, Format {
  /** Folder of all runs. */
  readonly runs: string;
  /** A condition on the changes of the models' metrics. */
  readonly failIf?: string;
}

/** The exit code if the condition of `--fail-if` is true. */
const CONDITION_TRUE = 3;

/**
 * `cifar-run diff A B`: compares two runs, evaluations or sweeps. With `--fail-if`, the exit code is 3 if the condition is true.
 * @throws InputError for an unknown run or an invalid condition.
 */
export async function diffCommand(a: string, b: string, options: DiffOptions): Promise<void> {
  const differences = await findDifferences(a, b, options);
  process.stdout.write(`${print(differences, options)}\n`);
  if (!differences.isConditionTrue) return;
  process.stderr.write(`the condition is true: ${options.failIf}\n`);
  process.exitCode = CONDITION_TRUE;
}

async function findDifferences(a: string, b: string, options: DiffOptions): Promise<Differences> {
  const { runs } = options;
  const [first, second] = [await readSweepByName(a, runs), await readSweepByName(b, runs)];
  if (first && second) return compareSweeps(first, second, options);
  if (first || second) {
    const [sweep, run] = first ? [a, b] : [b, a];
    throw new InputError(
      `diff takes two runs or two sweeps. Received: the sweep ${sweep} and ${run}; name a run of the sweep, e.g. ${sweep}/best:val_accuracy`,
    );
  }
  return compareRuns(await readDiffed(a, runs), await readDiffed(b, runs), options);
}

const COLOURS = ['cyan', 'yellow'] as const;

/** Colours the curves on a terminal, unless NO_COLOR is set (https://no-color.org). */
function paintFor(stream: NodeJS.WriteStream): Paint {
  const hasColours = stream.isTTY && stream.hasColors() && !process.env.NO_COLOR;
  return hasColours ? (text, curve) => styleText(COLOURS[curve], text) : (text) => text;
}

/**
 * Evaluates the condition of `--fail-if` on changes of metrics.
 * @throws InputError if it is invalid, or names a metric that is not common to both.
 */
function evaluateCondition(condition: string, changes: ReadonlyMap<string, number>): boolean {
  const { columns, matches } = parseFilter(condition);
  for (const { name } of columns) requireMetric(name, [...changes.keys()]);
  return matches((column) => changes.get(column));
}

/** @throws InputError if the metric is not among those that both have. */
function requireMetric(metric: string, known: readonly string[]): void {
  if (known.includes(metric)) return;
  const hint = didYouMean(metric, known) || `; common metrics: ${known.join(', ') || 'none'}`;
  throw new InputError(`the metric ${metric} is not common to both${hint}`);
}

/** The differences of two runs or sweeps. */
interface Differences {
  /** The output of `--json`. */
  readonly json: object;
  /** Paragraphs before the tables. */
  readonly texts: readonly string[];
  readonly sections: readonly Section[];
  /** The condition of `--fail-if` is true. */
  readonly isConditionTrue: boolean;
}

interface Format {
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
}

function print({ json, texts, sections }: Differences, format: Format): string {
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

/** One line for each value: its table, the name of its row, its column, the value. */
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
  return toCsv([['part', 'name', 'column', 'value'], ...rows]).trimEnd();
}

/** @throws InputError if the runs do not both have the metric of `--metric`. */
function compareRuns(first: DiffedRun, second: DiffedRun, options: DiffOptions): Differences {
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
    isConditionTrue:
      options.failIf !== undefined && evaluateCondition(options.failIf, modelChanges(diff)),
  };
}

/** The metrics of models and epochs. */
function metricsOf({ metrics }: RunDiff): string[] {
  return metrics.map(({ name }) => name.slice(name.indexOf(' ') + 1));
}

/** The changes of the models' metrics by name. */
function modelChanges({ metrics }: RunDiff): Map<string, number> {
  const models = metrics.filter(({ name }) => name.startsWith('model '));
  return new Map(
    models.map(({ name, first, second }) => [name.slice('model '.length), second - first]),
  );
}

/**
 * The condition of `--fail-if` is true if it is true for the means of any cell.
 * @throws InputError if the sweeps have no common cell, or not the metric of `--metric`.
 */
function compareSweeps(
  first: ComparedSweep,
  second: ComparedSweep,
  options: DiffOptions,
): Differences {
  const { metric: name, failIf } = options;
  const diff = diffSweeps(
    first,
    second,
    name === undefined ? undefined : { name, goal: metricOf(name).goal },
  );
  if (diff.cells.length === 0) {
    const sets = ({ parameters }: ComparedSweep) => parameters.join(', ') || 'only seeds';
    throw new InputError(
      `the sweeps have no common cell: ${first.name} sets ${sets(first)}; ${second.name} sets ${sets(second)}`,
    );
  }
  const all = diff.cells.map((cell) => new Map(Object.entries(cell.changes)));
  // A cell whose runs have all failed has no metrics.
  const changes = all.filter(({ size }) => size > 0);
  if (name !== undefined) requireMetric(name, [...(changes[0]?.keys() ?? [])]);
  return {
    json: { first: first.name, second: second.name, ...diff },
    texts: [`first   ${first.name}\nsecond  ${second.name}`, describeSweepDiff(diff)],
    sections: sweepSections(diff, options),
    isConditionTrue:
      failIf !== undefined && changes.some((each) => evaluateCondition(failIf, each)),
  };
}
