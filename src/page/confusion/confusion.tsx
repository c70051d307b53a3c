import { useState } from 'preact/hooks';
import { ConfusionMap } from './confusion-map.tsx';
import { ConfusionTable } from './confusion-table.tsx';
import { type Cell, type Confused, describeAll, describeCell } from './share.ts';

/** With more classes than this, numbers would have no room. */
const MOST_NUMBERED = 25;

export interface ConfusionProps extends Confused {
  readonly onCell?: ((truth: number, predicted: number) => void) | undefined;
}

/** A confusion matrix; below it what the cell that is pointed at, or has the focus, says. */
export function Confusion({ names, confusion, onCell }: ConfusionProps) {
  const [cell, setCell] = useState<Cell | null>(null);
  const Matrix = names.length <= MOST_NUMBERED ? ConfusionTable : ConfusionMap;
  const all = { names, confusion };
  return (
    <div class="confusion">
      <Matrix {...all} cell={cell} onPoint={setCell} onCell={onCell} />
      <p class="detail" aria-live="polite">
        {cell ? describeCell(all, cell) : describeAll(all)}
      </p>
    </div>
  );
}
