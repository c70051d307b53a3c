import type { Cell, Confused } from './share.ts';

/** A confusion matrix in which cells can be pointed at, and chosen. */
export interface MatrixProps extends Confused {
  readonly cell: Cell | null;
  readonly onPoint: (cell: Cell | null) => void;
  readonly onCell: ((truth: number, predicted: number) => void) | undefined;
}
