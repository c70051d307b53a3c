import { type Measure, medians, type Row, takeTurns } from '../measure.ts';
import type { StepWork } from '../task.ts';

export interface StepCase extends Omit<StepWork, 'kind'> {
  /** Steps in one round. */
  readonly steps: number;
  readonly target: number;
  /** Adds a row with the peak memory. */
  readonly memory: boolean;
}

/** Measures the milliseconds of a step, or of a forward pass, on one batch. */
export function stepMeasure(
  name: string,
  title: string,
  kind: StepWork['kind'],
  cases: readonly StepCase[],
): Measure {
  return {
    name,
    needsImages: false,
    async run(options) {
      const rows: Row[] = [];
      for (const { model, batch, steps, target, memory } of cases) {
        const work = () => ({ kind, model, batch });
        const answers = await takeTurns({ work, amount: () => steps, warmUp: 2 }, options);
        const row = { name: `${title}, batch ${batch}`, scaled: '' };
        const time = medians(answers, ({ seconds }) => (1000 * seconds) / steps);
        rows.push({ ...row, ...time, unit: 'ms', target });
        if (!memory) continue;
        const peak = medians(answers, (answer) => answer.peak);
        rows.push({ ...row, ...peak, name: `${row.name}: peak memory`, unit: 'MiB', target: 1 });
      }
      return rows;
    },
  };
}
