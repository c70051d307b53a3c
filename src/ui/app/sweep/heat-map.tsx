import type { Json } from '../../../common/json.ts';
import { formatMetric } from '../../../experiment/metrics.ts';
import { cellShade } from '../../components/format.ts';
import type { SweepCell, SweepDetail } from '../../server/comparisons.ts';
import { runsUrl, runUrl } from '../router.ts';

/** The share of colour of the worst cell. */
const MIN_SHADE = 0.08;

/** The metric for each pair of values of a sweep's two parameters. A cell links to its runs. */
export function HeatMap({ sweep }: { readonly sweep: SweepDetail }) {
  const { cells, metric } = sweep;
  const parameters = sweep.parameters.map(({ path, title }) => ({
    path,
    title,
    values: valuesOf(cells, path),
  }));
  const [down, across] = parameters.toSorted((a, b) => a.values.length - b.values.length);
  if (!down || !across) return null;
  const cellAt = (row: string, column: string) =>
    cells.find(
      (cell) => showSetting(cell, down.path) === row && showSetting(cell, across.path) === column,
    );
  return (
    <div class="scroll">
      <table
        class="heat-map"
        aria-label={`mean ${metric.name} by ${down.title} and ${across.title}`}
      >
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
                <HeatMapCell
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

interface HeatMapCellProps {
  readonly cell: SweepCell | undefined;
  /** Column of the sweep's metric. */
  readonly metric: string;
  readonly isBest: boolean;
}

/** The mean and deviation of a cell's metric; without a result, the states of its runs. */
function HeatMapCell({ cell, metric, isBest }: HeatMapCellProps) {
  if (!cell?.result || cell.score === null)
    return <td class="soft">{Object.keys(cell?.statuses ?? {}).join(', ')}</td>;
  const { mean, sd } = cell.result;
  const shade = cellShade(MIN_SHADE + (1 - MIN_SHADE) * cell.score);
  return (
    <td
      class={shade.isStrong ? 'strong' : ''}
      style={{ '--share': shade.amount.toFixed(3) }}
      {...(isBest && { 'data-best': true })}
    >
      <a href={cellUrl(cell)}>
        {isBest && <span title="best cell">★ </span>}
        {formatMetric(metric, mean)}
        {sd !== null && <small> ± {formatMetric(metric, sd)}</small>}
      </a>
    </td>
  );
}

/** The values of a parameter: numbers in ascending order, others in the order of the cells. */
function valuesOf(cells: SweepDetail['cells'], path: string): string[] {
  const values = [...new Set(cells.map((cell) => cell.key[path] ?? null))];
  const areNumbers = values.every((value) => typeof value === 'number');
  const ordered = areNumbers ? values.toSorted((a, b) => Number(a) - Number(b)) : values;
  return [...new Set(ordered.map(showValue))];
}

/** The value of a parameter in a cell, as in the experiment file. */
export function showSetting({ key }: SweepCell, path: string): string {
  return showValue(key[path] ?? null);
}

function showValue(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The page of a cell's run, or of the comparison of its runs. */
export function cellUrl({ runs }: SweepCell): string {
  return runs.length > 1 ? runsUrl('/compare', runs) : runUrl(runs[0] ?? '');
}
