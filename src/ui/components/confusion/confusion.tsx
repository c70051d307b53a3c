import { useState } from 'preact/hooks';
import { percent } from '../../../charts/theme.ts';
import type { ClassResults } from '../../../runs/run-detail.ts';
import { Island } from '../islands.tsx';
import { ConfusionMap, ConfusionTable } from './matrix.tsx';
import { type Cell, type Confused, describeAll, describeCell, shareOf } from './share.ts';

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

interface ConfusionViewProps extends Pick<ConfusionProps, 'onCell'> {
  readonly classes: ClassResults;
}

/** The matrix, and in words what it shows first. */
export function ConfusionView({ classes, onCell }: ConfusionViewProps) {
  const { names, confusion } = classes;
  return (
    <div class="confusion-view">
      <Island name="confusion" props={{ names, confusion, onCell }} />
      <PairList names={names} confusion={confusion} />
    </div>
  );
}

const LONGEST = 10;

/** The pairs of classes that are taken for each other most often. */
export function PairList({ names, confusion }: Confused) {
  const pairs = confusion
    .flatMap((row, truth) => row.map((count, predicted) => ({ truth, predicted, count })))
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, LONGEST);
  if (pairs.length === 0) return null;
  return (
    <div class="scroll">
      <table class="numbers">
        <caption>Most often confused</caption>
        <thead>
          <tr>
            <th scope="col">true → predicted</th>
            <th scope="col">images</th>
            <th scope="col">of class</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ truth, predicted, count }) => (
            <tr key={`${truth} ${predicted}`}>
              <th scope="row">
                {names[truth]} → {names[predicted]}
              </th>
              <td>{count}</td>
              <td>{percent(shareOf(confusion[truth] ?? [], predicted), 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
