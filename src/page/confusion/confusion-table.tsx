import type { TargetedKeyboardEvent } from 'preact';
import { percent } from '../../record/plots/theme.ts';
import { heatOf } from '../heat.ts';
import type { MatrixProps } from './matrix-props.ts';
import { move } from './move.ts';
import { type Cell, shareOf } from './share.ts';

/** Cells are narrow where there are more of them in a row than this. */
const MOST_WIDE = 12;
/** Names are written upwards where one of them is longer than this. */
const LEVEL_NAME = 6;

/** Counts and shares of rows. Arrow keys go from cell to cell, of which one at a time is a stop of Tab. */
export function ConfusionTable({ names, confusion, cell, onPoint, onCell }: MatrixProps) {
  const at = cell ?? { truth: 0, predicted: 0 };
  const isUpright = names.some(({ length }) => length > LEVEL_NAME) && names.length > 2;
  const looks = {
    matrix: true,
    upright: isUpright,
    dense: names.length > MOST_WIDE,
    choosable: Boolean(onCell),
  };
  const press = (event: TargetedKeyboardEvent<HTMLTableElement>) => {
    if (event.key === 'Enter') onCell?.(at.truth, at.predicted);
    const to = move(at, event.key, names.length);
    const next = to && event.currentTarget.tBodies[0]?.rows[to.truth]?.cells[to.predicted + 1];
    if (!next) return;
    event.preventDefault();
    // Before the cell that has the focus ceases to be able to have it.
    next.tabIndex = 0;
    next.focus();
  };
  const choose = (event: MouseEvent) => {
    const chosen = cellOf(event.target);
    if (chosen) onCell?.(chosen.truth, chosen.predicted);
  };
  return (
    <div class="scroll">
      <table
        aria-label="confusion matrix: rows are true classes, columns predicted ones"
        class={classOf(looks)}
        onPointerOver={(event) => onPoint(cellOf(event.target))}
        onPointerLeave={() => onPoint(null)}
        onFocusIn={(event) => onPoint(cellOf(event.target))}
        onKeyDown={press}
        onClick={choose}
      >
        <thead>
          <tr>
            <th scope="col">true ↓ predicted →</th>
            {names.map((name) => (
              <th key={name} scope="col" title={name}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, i) => (
            <tr key={names[i]}>
              <th scope="row" title={names[i]}>
                {names[i]}
              </th>
              {row.map((count, j) => (
                <td
                  key={names[j]}
                  {...look(shareOf(row, j))}
                  {...(i === at.truth && j === at.predicted && { tabIndex: 0 })}
                >
                  {count}
                  {count > 0 && <small>{percent(shareOf(row, j), 1)}</small>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A square root shows the few pictures of a mistake beside the many that are right. */
function look(share: number) {
  if (share === 0) return {};
  const { part, isStrong } = heatOf(Math.sqrt(share));
  return {
    style: `--heat-share: ${Math.round(100 * part)}%`,
    ...(isStrong && { class: 'strong' }),
  };
}

function classOf(looks: Readonly<Record<string, boolean>>): string {
  return Object.keys(looks)
    .filter((name) => looks[name])
    .join(' ');
}

function cellOf(target: EventTarget | null): Cell | null {
  const cell = target instanceof Element ? target.closest('td') : null;
  const row = cell?.closest('tr');
  return cell && row ? { truth: row.sectionRowIndex, predicted: cell.cellIndex - 1 } : null;
}
