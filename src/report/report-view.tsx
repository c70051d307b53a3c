import type { Table } from '../analysis/table.ts';
import { comparedCharts } from '../charts/page/run-charts.ts';
import type { RunDetail } from '../runs/run-detail.ts';
import { showMeasure } from '../ui/components/format.ts';
import { Island } from '../ui/components/islands.tsx';
import { RunView } from '../ui/components/run.tsx';
import {
  Heading,
  HeadingLevel,
  Section,
  StateBadge,
  TableView,
} from '../ui/components/section.tsx';

/** What a report is about. */
export interface Report {
  /** At least one. */
  readonly runs: readonly RunDetail[];
  /** What they say together; `null` of a single run. */
  readonly comparison: Comparison | null;
}

export interface Comparison {
  readonly title: string;
  /** What tells each run from the others in a few letters, by its name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly tables: readonly {
    readonly title: string;
    readonly note?: string;
    readonly table: Table;
  }[];
}

/** With more runs than this, each is to be opened. */
const MOST_OPEN = 2;

/** One run; or several, first beside each other and then one by one. */
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
          <details key={run.name} class="fold" open={runs.length <= MOST_OPEN}>
            <summary>
              <b>{comparison?.labels[run.name] ?? run.name}</b> <StateBadge state={run.state} />
              {run.metrics.val_accuracy !== undefined && (
                <span class="soft"> {showMeasure('val_accuracy', run.metrics.val_accuracy)}</span>
              )}
            </summary>
            <RunView run={run} />
          </details>
        ))}
      </HeadingLevel.Provider>
    </main>
  );
}

function ComparisonView({
  comparison,
  runs,
}: {
  readonly comparison: Comparison;
  readonly runs: readonly RunDetail[];
}) {
  const names = new Set(runs.map(({ name }) => name));
  const charts = comparedCharts(runs, comparison.labels);
  return (
    <>
      <header class="summary">
        <Heading>{comparison.title}</Heading>
      </header>
      {comparison.tables.map(({ title, note, table }) => (
        <Section key={title} title={title} {...(note !== undefined && { note })}>
          <TableView
            table={table}
            linkOf={([name]) => (names.has(String(name)) ? `#${name}` : null)}
          />
        </Section>
      ))}
      {charts.length > 0 && (
        <Section title="Curves" note="on the validation images">
          <div class="charts">
            {charts.map((chart) => (
              <Island key={chart.title} name="chart" props={chart} />
            ))}
          </div>
        </Section>
      )}
    </>
  );
}
