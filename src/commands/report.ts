import { readFile } from 'node:fs/promises';
import { sortRuns } from '../analysis/columns.ts';
import { type ComparedRun, runLabels } from '../analysis/compared-run.ts';
import { summarizeSweep } from '../analysis/sweep-summary.ts';
import {
  cellsTable,
  describeCell,
  effectsTable,
  runColumns,
  runsTable,
} from '../analysis/views.ts';
import { InputError } from '../common/errors.ts';
import { writeAtomic } from '../common/files.ts';
import { countOf, formatCount } from '../common/format.ts';
import { MAIN_COLUMNS } from '../experiment/metrics.ts';
import { fittedReportHtml, GENERATOR } from '../report/report-html.tsx';
import type { Comparison } from '../report/report-view.tsx';
import { type ComparedRuns, readComparedRuns } from '../runs/compared.ts';
import { readRunDetail } from '../runs/detail.ts';

export interface ReportOptions {
  /** Folder of all runs. */
  readonly runs: string;
  readonly out: string;
  /** Replaces a file that is not a report. */
  readonly force?: boolean;
}

/** A larger report leaves out images. */
const MAX_BYTES = 2.9e6;

/**
 * `cifar-run report RUN…`: writes a report of runs as one HTML file that needs no network.
 * @throws InputError for an unknown run, or an output file that is not a report.
 */
export async function reportCommand(
  references: readonly string[],
  { runs: folder, out, force = false }: ReportOptions,
): Promise<void> {
  if (!force) await requireReplaceable(out);
  const compared = await readComparedRuns(references, folder);
  const folders = foldersOf(compared.runs);
  if (folders.length === 0) {
    throw new InputError(
      `no run of ${references.join(', ')} has started: there is nothing to report`,
    );
  }
  const runs = await Promise.all(folders.map(readRunDetail));
  const comparison = compared.runs.length > 1 ? comparisonOf(compared) : null;
  const html = fittedReportHtml({ runs, comparison }, await readAssets(), MAX_BYTES);
  await writeAtomic(out, html);
  const bytes = formatCount(Math.ceil(Buffer.byteLength(html) / 1000));
  process.stdout.write(`${out}: ${countOf(runs.length, 'run')}, ${bytes} kB\n`);
}

/** The folder of each run that has started. Among several runs, a damaged one appears only in the table. */
function foldersOf(runs: readonly ComparedRun[]): string[] {
  const readable = runs.filter(({ facts }) => runs.length === 1 || facts.status !== 'damaged');
  return [
    ...new Set(readable.flatMap(({ facts }) => (facts.folder ? [String(facts.folder)] : []))),
  ];
}

/** The comparison of several runs; for a sweep with its cells and the effects of its parameters. */
function comparisonOf({ runs, sweep }: ComparedRuns): Comparison {
  const title = `${runs.length} runs`;
  const labels = runLabels(runs);
  if (!sweep) {
    const table = runsTable(runs, runColumns(runs));
    return { title, labels, tables: [{ title: 'Runs', table }] };
  }
  const summary = summarizeSweep(sweep);
  const { metric, best, cells, effects } = summary;
  const metrics = [...new Set([...MAIN_COLUMNS, metric.name])];
  const sorted: readonly ComparedRun[] = sortRuns(runs, { column: metric.name, goal: metric.goal });
  const hasReplicates = cells.some((cell) => cell.runs.length > 1);
  return {
    title: `${sweep.name}: ${title}`,
    labels,
    tables: [
      {
        title: 'Runs',
        table: runsTable(sorted, runColumns(sorted, metrics)),
        ...(best && { note: `best: ${describeCell(best, summary)}` }),
      },
      ...(hasReplicates
        ? [
            {
              title: 'Cells',
              note: 'mean ± deviation over seeds',
              table: cellsTable(cells, metrics),
            },
          ]
        : []),
      ...(effects.length > 0
        ? [{ title: 'Effect of each parameter', table: effectsTable(effects, metric.name) }]
        : []),
    ],
  };
}

async function readAssets() {
  const read = (name: string) => readFile(new URL(import.meta.resolve(`#page/${name}`)), 'utf8');
  return { style: await read('report.css'), script: await read('hydrate.js') };
}

async function requireReplaceable(path: string): Promise<void> {
  const there = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new InputError(`cannot write the report: ${error.message}`, { cause: error });
  });
  if (there === null || there.includes(GENERATOR)) return;
  throw new InputError(`${path} already exists and is not a report; --force replaces it`);
}
