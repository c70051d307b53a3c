import { Heading, Section } from '../components/section.tsx';
import type { Difference } from '../server/several.ts';
import { Answered } from './answered.tsx';
import { ComparedCurves } from './compare-page.tsx';
import { EntryTable } from './entry-table.tsx';
import { FlippedImages } from './images.tsx';
import { useAnswer } from './live.ts';
import { runsUrl, runUrl } from './router.ts';

/** What the second of two runs has otherwise than the first, and whether it is better. */
export function DiffPage({ runs }: { readonly runs: readonly string[] }) {
  const answer = useAnswer<Difference>(runsUrl('/api/diff', runs), runs);
  return (
    <Answered answer={answer}>
      {({ names, verdict, sections, charts, fixed, broken }) => (
        <article class="run">
          <header class="card summary">
            <Heading>Is the second run better?</Heading>
            <Verdict verdict={verdict} />
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
            <a href={runsUrl('/diff', names.toReversed())}>the other way round</a>
          </header>
          <ComparedCurves charts={charts} />
          <FlippedImages run={names[1]} fixed={fixed} broken={broken} />
          {sections.map(({ title, table }) => (
            <Section key={title} title={title.charAt(0).toUpperCase() + title.slice(1)}>
              <EntryTable table={table} label={title} />
            </Section>
          ))}
        </article>
      )}
    </Answered>
  );
}

/** Before the reasons, which are in columns. */
const INDENT = 2;

function Verdict({ verdict }: { readonly verdict: string }) {
  const [answer = '', ...reasons] = verdict.split('\n');
  return (
    <>
      <p class="verdict">{answer}</p>
      {reasons.length > 0 && (
        <pre class="soft">{reasons.map((line) => line.slice(INDENT)).join('\n')}</pre>
      )}
    </>
  );
}
