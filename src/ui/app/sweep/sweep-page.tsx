import { formatMetric } from '../../../experiment/metrics.ts';
import { Heading, Section } from '../../components/section.tsx';
import type { SweepDetail } from '../../server/several.ts';
import { Answered } from '../answered.tsx';
import { EntryTable } from '../entry-table.tsx';
import { useAnswer } from '../live.ts';
import { runsUrl } from '../router.ts';
import { HeatMap, showSetting } from './heat-map.tsx';
import { Importance } from './importance.tsx';
import { ParallelCoordinates } from './parallel-coordinates.tsx';

/** With more values than this of a parameter, the cells of a heat map would be too small. */
const MOST_STEPS = 40;

/** What the runs of a sweep say together. */
export function SweepPage({ name }: { readonly name: string }) {
  const answer = useAnswer<SweepDetail>(`/api/sweep?${new URLSearchParams({ name })}`, null);
  return (
    <Answered answer={answer}>
      {(sweep) => (
        <article class="run">
          <Summary sweep={sweep} />
          {sweep.parameters.length > 1 && (
            <Section
              title="Parallel coordinates"
              note="each line is a cell; press and drag along an axis to keep only some"
            >
              <ParallelCoordinates sweep={sweep} />
            </Section>
          )}
          {isGrid(sweep) && (
            <Section title="Heat map" note={`mean ${sweep.metric.name} ± deviation over seeds`}>
              <HeatMap sweep={sweep} />
            </Section>
          )}
          {sweep.effects.length > 0 && (
            <Section
              title="Importance"
              note="how much of the metric's variance each parameter explains, whatever the others are"
            >
              <Importance sweep={sweep} />
            </Section>
          )}
          <Section title="Runs">
            <EntryTable table={sweep.table} names={sweep.names} label="runs of the sweep" />
          </Section>
        </article>
      )}
    </Answered>
  );
}

function Summary({ sweep }: { readonly sweep: SweepDetail }) {
  const { name, metric, parameters, cells } = sweep;
  const [best] = cells;
  const all = cells.flatMap((cell) => Object.entries(cell.statuses));
  const states = [...new Set(all.map(([status]) => status))].map((status) => {
    const count = all.reduce((sum, [each, n]) => (each === status ? sum + n : sum), 0);
    return `${count} ${status}`;
  });
  const began = cells.flatMap(({ runs }) => runs);
  return (
    <header class="card summary">
      <Heading>{name}</Heading>
      <p class="soft">
        {cells.length} cells of {parameters.map(({ title }) => title).join(', ') || 'one setting'};{' '}
        {states.join(', ')}. {metric.goal === 'maximize' ? 'Higher' : 'Lower'} {metric.name} is
        better.
      </p>
      {best?.result && (
        <dl class="tiles">
          <div class="tile tile-main">
            <dt>best {metric.name}</dt>
            <dd>
              {formatMetric(metric.name, best.result.mean)}
              {best.result.sd !== null && (
                <small> ± {formatMetric(metric.name, best.result.sd)}</small>
              )}
            </dd>
          </div>
          {parameters.map(({ path, title }) => (
            <div key={path} class="tile">
              <dt>{title}</dt>
              <dd>{showSetting(best, path)}</dd>
            </div>
          ))}
        </dl>
      )}
      {began.length > 1 && (
        <a href={runsUrl('/compare', began.slice(0, 12))}>Compare the curves of the best</a>
      )}
    </header>
  );
}

function isGrid({ parameters, cells }: SweepDetail): boolean {
  const values = parameters.map(
    ({ path }) => new Set(cells.map((cell) => showSetting(cell, path))),
  );
  return parameters.length === 2 && values.every(({ size }) => size <= MOST_STEPS);
}
