import { formatRows, isTextColumn, type Table } from '../analysis/table.ts';
import { comparedCharts } from '../charts/page/run-charts.ts';
import { formatMetric, VALIDATION_ACCURACY } from '../experiment/metrics.ts';
import type { RunDetail } from '../runs/run-detail.ts';
import { Hydrated } from '../ui/components/hydrated.tsx';
import { RunView } from '../ui/components/run-view.tsx';
import { Heading, HeadingLevel, Section, StateBadge } from '../ui/components/section.tsx';

/** The content of a report. */
export interface Report {
  /** At least one run. */
  readonly runs: readonly RunDetail[];
  /** `null` for a single run. */
  readonly comparison: Comparison | null;
}

/** Tables that compare the runs of a report. */
export interface Comparison {
  readonly title: string;
  /** Short labels by the names of runs. */
  readonly labels: Readonly<Record<string, string>>;
  readonly tables: readonly {
    readonly title: string;
    readonly note?: string;
    readonly table: Table;
  }[];
}

/** Up to this many runs are shown unfolded. */
const MAX_OPEN = 2;

/** A single run; or the comparison of several runs, followed by each of them. */
export function ReportView({ runs, comparison }: Report) {
  const [first] = runs;
  if (first && !comparison) {
    return (
      <main>
        <RunView run={first} />
      </main>
    );
  }
  return (
    <main>
      {comparison && <ComparisonView comparison={comparison} runs={runs} />}
      <HeadingLevel.Provider value={2}>
        {runs.map((run) => (
          <details key={run.name} class="fold" open={runs.length <= MAX_OPEN}>
            <summary>
              <b>{comparison?.labels[run.name] ?? run.name}</b> <StateBadge state={run.state} />
              <Accuracy run={run} />
            </summary>
            <RunView run={run} />
          </details>
        ))}
      </HeadingLevel.Provider>
    </main>
  );
}

/** The accuracy beside a run's name, if it has one. */
function Accuracy({ run }: { readonly run: RunDetail }) {
  const accuracy = run.metrics[VALIDATION_ACCURACY];
  if (accuracy === undefined) return null;
  return <span class="soft"> {formatMetric(VALIDATION_ACCURACY, accuracy)}</span>;
}

interface ComparisonViewProps {
  readonly comparison: Comparison;
  readonly runs: readonly RunDetail[];
}

function ComparisonView({ comparison, runs }: ComparisonViewProps) {
  const names = new Set(runs.map(({ name }) => name));
  const charts = comparedCharts(runs, comparison.labels);
  return (
    <>
      <header class="summary">
        <Heading>{comparison.title}</Heading>
      </header>
      {comparison.tables.map(({ title, note, table }) => (
        <Section key={title} title={title} {...(note !== undefined && { note })}>
          <TableView table={table} runNames={names} />
        </Section>
      ))}
      {charts.length > 0 && (
        <Section title="Curves" note="on the validation split">
          <div class="charts">
            {charts.map((chart) => (
              <Hydrated key={chart.title} name="chart" props={chart} />
            ))}
          </div>
        </Section>
      )}
    </>
  );
}

interface TableViewProps {
  readonly table: Table;
  /** A row that starts with one of these names links to the run. */
  readonly runNames: ReadonlySet<string>;
}

/** A table with the same text as `cifar-run compare` prints. */
function TableView({ table, runNames }: TableViewProps) {
  const [titles = [], ...rows] = formatRows(table);
  const classes = titles.map((_, column) => (isTextColumn(table, column) ? undefined : 'number'));
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {titles.map((title, column) => (
              <th key={title} scope="col" class={classes[column]}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first = '', ...others], i) => (
            <tr key={i}>
              <th scope="row" class={classes[0]}>
                {runNames.has(first) ? <a href={`#${first}`}>{first}</a> : first}
              </th>
              {others.map((text, column) => (
                <td key={titles[column + 1]} class={classes[column + 1]}>
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
