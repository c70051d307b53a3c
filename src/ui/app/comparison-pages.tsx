import { Chart } from '../../charts/page/chart.tsx';
import { Heading, Section } from '../components/section.tsx';
import type { Comparison, RunDiff } from '../server/comparisons.ts';
import { EntryTable } from './entry-table.tsx';
import { ChangedPredictions } from './images.tsx';
import { runsUrl, runUrl } from './router.ts';
import { Loaded, useServerData } from './server-data.tsx';

interface PageProps {
  /** Names of the runs. */
  readonly runs: readonly string[];
}

/** Several runs: their curves and a table of their settings and results. */
export function ComparePage({ runs }: PageProps) {
  const data = useServerData<Comparison>(runsUrl('/api/compare', runs), runs);
  return (
    <Loaded data={data}>
      {({ names, table, charts }) => (
        <article class="run">
          <Heading>Compare {names.length} runs</Heading>
          {names.length === 2 && (
            <p>
              <a href={runsUrl('/diff', names)}>Show differences</a>
            </p>
          )}
          <Curves charts={charts} />
          <Section title="Settings and results" note="only settings that differ">
            <EntryTable table={table} names={names} label="compared runs" />
          </Section>
        </article>
      )}
    </Loaded>
  );
}

/** Two runs: whether the second is better, and all their differences. */
export function DiffPage({ runs }: PageProps) {
  const data = useServerData<RunDiff>(runsUrl('/api/diff', runs), runs);
  return (
    <Loaded data={data}>
      {({ names, verdict, sections, charts, newlyCorrect, newlyIncorrect }) => (
        <article class="run">
          <header class="card summary">
            <Heading>Is the second run better?</Heading>
            <Verdict text={verdict} />
            <dl class="versus">
              {names.map((name, i) => (
                <div key={name}>
                  <dt class="soft">{i === 0 ? 'first' : 'second'}</dt>
                  <dd>
                    <a href={runUrl(name)}>{name}</a>
                  </dd>
                </div>
              ))}
            </dl>
            <a href={runsUrl('/diff', names.toReversed())}>swap the runs</a>
          </header>
          <Curves charts={charts} />
          <ChangedPredictions
            run={names[1]}
            newlyCorrect={newlyCorrect}
            newlyIncorrect={newlyIncorrect}
          />
          {sections.map(({ title, table }) => (
            <Section key={title} title={title.charAt(0).toUpperCase() + title.slice(1)}>
              <EntryTable table={table} label={title} />
            </Section>
          ))}
        </article>
      )}
    </Loaded>
  );
}

/** The reasons are indented by this, because the terminal shows them below the first line. */
const INDENT = 2;

/** The first line answers the question; further lines are aligned columns. */
function Verdict({ text }: { readonly text: string }) {
  const [answer = '', ...reasons] = text.split('\n');
  return (
    <>
      <p class="verdict">{answer}</p>
      {reasons.length > 0 && (
        <pre class="soft">{reasons.map((line) => line.slice(INDENT)).join('\n')}</pre>
      )}
    </>
  );
}

function Curves({ charts }: Pick<Comparison, 'charts'>) {
  return (
    <Section title="Curves" note="on the validation split">
      <div class="charts">
        {charts.map((chart) => (
          <Chart key={chart.metric} {...chart} />
        ))}
      </div>
    </Section>
  );
}
