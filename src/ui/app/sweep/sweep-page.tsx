import { formatPercent } from '../../../common/format.ts';
import { formatMetric } from '../../../experiment/metrics.ts';
import { Heading, Section } from '../../components/section.tsx';
import type { SweepDetail } from '../../server/comparisons.ts';
import { EntryTable } from '../entry-table.tsx';
import { runsUrl } from '../router.ts';
import { Loaded, useServerData } from '../server-data.tsx';
import { HeatMap, showSetting } from './heat-map.tsx';
import { ParallelCoordinates } from './parallel-coordinates.tsx';

/** A parameter with more values than this makes the cells of a heat map too small. */
const MAX_HEAT_MAP_VALUES = 40;
/** The chart of compared curves has at most this many runs. */
const MAX_COMPARED = 12;

interface SweepProps {
  readonly sweep: SweepDetail;
}

/** A sweep: its best cell, charts of its cells, the importance of its parameters, and its runs. */
export function SweepPage({ name }: { readonly name: string }) {
  const data = useServerData<SweepDetail>(`/api/sweep?${new URLSearchParams({ name })}`, null);
  return (
    <Loaded data={data}>
      {(sweep) => (
        <article class="run">
          <Summary sweep={sweep} />
          {sweep.parameters.length > 1 && (
            <Section
              title="Parallel coordinates"
              note="each line is a cell; drag along an axis to select a range"
            >
              <ParallelCoordinates sweep={sweep} />
            </Section>
          )}
          {hasHeatMap(sweep) && (
            <Section
              title="Heat map"
              note={`mean ${sweep.metric.name} ± standard deviation over seeds`}
            >
              <HeatMap sweep={sweep} />
            </Section>
          )}
          {sweep.effects.length > 0 && (
            <Section
              title="Importance"
              note="main effect of each parameter: its share of the metric's variance"
            >
              <Importance sweep={sweep} />
            </Section>
          )}
          <Section title="Runs">
            <EntryTable table={sweep.table} names={sweep.names} label="runs of the sweep" />
          </Section>
        </article>
      )}
    </Loaded>
  );
}

/** Numbers of cells and runs, and the best cell's result and settings. */
function Summary({ sweep }: SweepProps) {
  const { name, metric, parameters, cells } = sweep;
  const [best] = cells;
  const runs = cells.flatMap((cell) => cell.runs);
  return (
    <header class="card summary">
      <Heading>{name}</Heading>
      <p class="soft">
        {cells.length} {cells.length === 1 ? 'cell' : 'cells'}
        {parameters.length > 0 && ` of ${parameters.map(({ title }) => title).join(', ')}`};{' '}
        {statusCounts(sweep)}. {metric.goal === 'maximize' ? 'Higher' : 'Lower'} {metric.name} is
        better.
      </p>
      {best?.result && (
        <dl class="tiles">
          <div class="tile tile-main">
            <dt>best {metric.name}</dt>
            <dd>
              {formatMetric(metric.name, best.result.mean)}
              {best.result.sd !== null && (
                <small>± {formatMetric(metric.name, best.result.sd)}</small>
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
      {runs.length > 1 && (
        <a href={runsUrl('/compare', runs.slice(0, MAX_COMPARED))}>
          Compare the curves of the best runs
        </a>
      )}
    </header>
  );
}

/** `5 finished, 1 failed` */
function statusCounts({ cells }: SweepDetail): string {
  const counts = new Map<string, number>();
  for (const { statuses } of cells)
    for (const [status, count] of Object.entries(statuses))
      counts.set(status, (counts.get(status) ?? 0) + count);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}

/** Heat maps are for sweeps with two parameters of few values. */
function hasHeatMap({ parameters, cells }: SweepDetail): boolean {
  const values = parameters.map(
    ({ path }) => new Set(cells.map((cell) => showSetting(cell, path))),
  );
  return parameters.length === 2 && values.every(({ size }) => size <= MAX_HEAT_MAP_VALUES);
}

/** The main effect of each parameter, the strongest first, with the mean of the metric for each value. */
function Importance({ sweep: { effects, parameters, metric } }: SweepProps) {
  const titleOf = (path: string) => parameters.find((each) => each.path === path)?.title ?? path;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">parameter</th>
            <th scope="col">share of variance</th>
            <th scope="col" class="number">
              rank correlation
            </th>
            <th scope="col">mean {metric.name} of each value</th>
          </tr>
        </thead>
        <tbody>
          {effects.map(({ parameter, share, rankCorrelation, levels }) => (
            <tr key={parameter}>
              <th scope="row" title={parameter}>
                {titleOf(parameter)}
              </th>
              <td class="bar" style={{ '--share': (share ?? 0).toFixed(3) }}>
                {share === null ? '–' : formatPercent(share, 0)}
              </td>
              <td class="number">{rankCorrelation?.toFixed(2) ?? '–'}</td>
              <td>
                <ul class="levels">
                  {levels.map(({ label, mean }) => (
                    <li key={label}>
                      <span class="soft">{label}</span> {formatMetric(metric.name, mean)}
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
