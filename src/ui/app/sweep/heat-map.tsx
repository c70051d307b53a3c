import { formatMetric } from '../../../experiment/metrics.ts';
import { cellShade } from '../../components/format.ts';
import type { SweepCell, SweepDetail } from '../../server/several.ts';
import { runsUrl, runUrl } from '../router.ts';

/** Even the worst cell is coloured. */
const LEAST = 0.08;

/** The metric for each pair of values of a sweep's two parameters; a cell leads to its runs. */
export function HeatMap({ sweep }: { readonly sweep: SweepDetail }) {
  const { parameters, cells, metric } = sweep;
  const steps = parameters.map((parameter) => ({
    ...parameter,
    values: valuesOf(sweep, parameter.path),
  }));
  const [down, across] = steps.toSorted((a, b) => a.values.length - b.values.length);
  if (!down || !across) return null;
  const cellAt = (row: string, column: string) =>
    cells.find(
      (cell) => showSetting(cell, down.path) === row && showSetting(cell, across.path) === column,
    );
  return (
    <div class="scroll">
      <table class="heat" aria-label={`mean ${metric.name} by ${down.title} and ${across.title}`}>
        <thead>
          <tr>
            <th scope="col" class="soft">
              {down.title} ↓ {across.title} →
            </th>
            {across.values.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {down.values.map((row) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {across.values.map((column) => (
                <HeatCell
                  key={column}
                  cell={cellAt(row, column)}
                  metric={metric.name}
                  isBest={cellAt(row, column) === cells[0]}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HeatCell({
  cell,
  metric,
  isBest,
}: {
  readonly cell: SweepCell | undefined;
  readonly metric: string;
  readonly isBest: boolean;
}) {
  if (!cell?.result || cell.worth === null)
    return <td class="soft">{Object.keys(cell?.statuses ?? {}).join(', ')}</td>;
  const { mean, sd } = cell.result;
  const shade = cellShade(LEAST + (1 - LEAST) * cell.worth);
  const [first = '', ...more] = cell.runs;
  return (
    <td
      class={shade.isStrong ? 'full' : ''}
      style={{ '--share': shade.amount.toFixed(3) }}
      {...(isBest && { 'data-best': true })}
    >
      <a href={more.length > 0 ? runsUrl('/compare', cell.runs) : runUrl(first)}>
        {isBest && <span title="the best">★ </span>}
        {formatMetric(metric, mean)}
        {sd !== null && <small> ± {formatMetric(metric, sd)}</small>}
      </a>
    </td>
  );
}

/** Numbers from the least, all else in the order of the cells. */
function valuesOf({ cells }: SweepDetail, path: string): string[] {
  const values = [...new Set(cells.map((cell) => cell.key[path] ?? null))];
  const areNumbers = values.every((value) => typeof value === 'number');
  const ordered = areNumbers ? values.toSorted((a, b) => Number(a) - Number(b)) : values;
  const texts = ordered.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return [...new Set(texts)];
}

/** A value of a parameter as the file has it. */
export function showSetting({ key }: SweepCell, path: string): string {
  const value = key[path] ?? null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
