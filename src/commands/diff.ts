import { stringify } from 'csv-stringify/sync';
import { type DiffedRun, diffRuns, type RunDiff } from '../compare/diff.ts';
import { curveLines, type DiffView, describeVerdict, diffSections } from '../compare/diff-views.ts';
import { parseFilter } from '../compare/filter.ts';
import { markdownTable, textTable } from '../compare/table.ts';
import { InputError } from '../errors.ts';
import { didYouMean } from '../model/did-you-mean.ts';
import { diffedRun } from '../runs/diffed.ts';
import { findRun } from '../runs/find.ts';

export interface DiffOptions extends DiffView {
  /** Folder that holds all runs. */
  readonly runs: string;
  /** Of the changes of the models' metrics. */
  readonly failIf?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
}

/** Not an error, but what `--fail-if` asks for. */
const CONDITION_HOLDS = 3;

/**
 * `cifar-run diff A B`: what the second run has otherwise than the first, and whether it is better. With
 * `--fail-if` the exit code is 3 when the condition holds.
 * @throws InputError for what is no run, or a condition that makes no sense.
 */
export async function diffCommand(a: string, b: string, options: DiffOptions): Promise<void> {
  const first = await diffedRun(await findRun(a, options.runs));
  const second = await diffedRun(await findRun(b, options.runs));
  const diff = diffRuns(first, second);
  const holds = options.failIf !== undefined && isWorse(diff, options.failIf);
  process.stdout.write(`${print(first, second, diff, options)}\n`);
  if (!holds) return;
  process.stderr.write(`it holds: ${options.failIf}\n`);
  process.exitCode = CONDITION_HOLDS;
}

/** Names are those of the finished models' metrics and stand for their change. */
function isWorse({ metrics }: RunDiff, condition: string): boolean {
  const { columns, holds } = parseFilter(condition);
  const changes = new Map(
    metrics
      .filter(({ name }) => name.startsWith('model '))
      .map(({ name, first, second }) => [name.slice('model '.length), second - first]),
  );
  const known = [...changes.keys()];
  for (const column of columns.filter((name) => !changes.has(name))) {
    const hint = didYouMean(column, known) || `; there are ${known.join(', ') || 'none'}`;
    throw new InputError(`the runs have no metric ${column} in common${hint}`);
  }
  return holds((column) => changes.get(column));
}

function print(first: DiffedRun, second: DiffedRun, diff: RunDiff, options: DiffOptions): string {
  if (options.json)
    return JSON.stringify({ first: first.name, second: second.name, ...diff }, null, 2);
  const sections = diffSections(diff, options);
  if (options.csv) {
    const rows = sections.flatMap(({ title, table }) =>
      table.rows.flatMap(([name, ...values]) =>
        values.map((value, i) => [title, name, table.columns[i + 1]?.name, value]),
      ),
    );
    return stringify([['part', 'name', 'column', 'value'], ...rows]).trimEnd();
  }
  const verdict = diff.answers
    ? describeVerdict(diff.answers)
    : 'no verdict: the runs have not answered the same pictures';
  const tables = sections.map(({ title, table }) =>
    options.md ? `## ${title}\n\n${markdownTable(table)}` : textTable(table),
  );
  const curves = curveLines(first, second, options).join('\n');
  return [`first   ${first.name}\nsecond  ${second.name}`, verdict, ...(curves ? [curves] : [])]
    .map((text) => (options.md ? `\`\`\`\n${text}\n\`\`\`` : text))
    .concat(tables)
    .join('\n\n');
}
