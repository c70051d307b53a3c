import type { PhaseSpan } from '../../record/plots/phase-bands.ts';

/** A metric over the epochs, of one run or of several. */
export interface ChartProps {
  readonly title: string;
  /** Its name in metrics.csv, by which its values are written. */
  readonly metric: string;
  /** What people look for first. */
  readonly note: string;
  readonly lines: readonly Line[];
  /** Where phases begin and end; none where runs are laid over each other. */
  readonly phases: readonly PhaseSpan[];
}

export interface Line {
  readonly name: string;
  /** Name of a colour of theme.css. */
  readonly color: string;
  /** 0: solid; from 1: dashed in several ways. */
  readonly dash: number;
  /** Of each epoch, from the first; `null` for what is no number. */
  readonly values: readonly (number | null)[];
}
