import { Island } from '../islands.tsx';
import type { ClassResults } from '../run-detail.ts';
import type { ConfusionProps } from './confusion.tsx';
import { PairList } from './pair-list.tsx';

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
