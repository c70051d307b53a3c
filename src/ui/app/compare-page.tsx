import { Chart } from '../../charts/page/chart.tsx';
import { Heading, Section } from '../components/section.tsx';
import type { Comparison } from '../server/several.ts';
import { Answered } from './answered.tsx';
import { EntryTable } from './entry-table.tsx';
import { useAnswer } from './live.ts';
import { runsUrl } from './router.ts';

/** Runs side by side. */
export function ComparePage({ runs }: { readonly runs: readonly string[] }) {
  const answer = useAnswer<Comparison>(runsUrl('/api/compare', runs), runs);
  return (
    <Answered answer={answer}>
      {({ names, table, charts }) => (
        <article class="run">
          <Heading>Compare {names.length} runs</Heading>
          {names.length === 2 && (
            <p>
              <a href={runsUrl('/diff', names)}>What the second has otherwise than the first</a>
            </p>
          )}
          <ComparedCurves charts={charts} />
          <Section title="What they do not share, and what they gave">
            <EntryTable table={table} names={names} label="runs side by side" />
          </Section>
        </article>
      )}
    </Answered>
  );
}

/** Curves of several runs over each other. */
export function ComparedCurves({ charts }: Pick<Comparison, 'charts'>) {
  return (
    <Section title="Curves" note="on validation images">
      <div class="charts">
        {charts.map((chart) => (
          <Chart key={chart.metric} {...chart} />
        ))}
      </div>
    </Section>
  );
}
