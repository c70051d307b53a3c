import { processorPrecisions } from '../../src/engine/hardware.ts';
import {
  type BenchOptions,
  longTurn,
  type Measure,
  medians,
  precisionSuffix,
  type Row,
  TARGETS,
  takeTurns,
} from '../measure.ts';
import { betterPeer } from '../results.ts';
import type { BenchPrecision, StepWork } from '../task.ts';

export interface StepCase extends Pick<StepWork, 'model' | 'batch'> {
  /** Maximum ratio of the time in bfloat16 to that of the better peer in float32. */
  readonly toFloat32: number;
  /** Adds rows with the peak memory. */
  readonly memory: boolean;
}

/** Measures the milliseconds of a step, or of a forward pass, on one batch; in bfloat16 where the processor computes it. */
export function stepMeasure(
  name: string,
  title: string,
  kind: StepWork['kind'],
  cases: readonly StepCase[],
): Measure {
  async function rows(
    { model, batch, memory }: StepCase,
    precision: BenchPrecision,
    options: BenchOptions,
  ): Promise<[time: Row, ...peak: Row[]]> {
    const work = () => ({ kind, model, batch, precision });
    const answers = await takeTurns({ work, turn: longTurn, warmUp: 2 }, options);
    const name = `${title}, batch ${batch}${precisionSuffix(precision)}`;
    const row = { name, scaled: '' };
    const milliseconds = medians(answers, ({ seconds }) => 1000 * seconds);
    const time: Row = { ...row, ...milliseconds, unit: 'ms', target: TARGETS[precision] };
    if (!memory) return [time];
    const peak = medians(answers, (answer) => answer.peak);
    return [time, { ...row, ...peak, name: `${row.name}: peak memory`, unit: 'MiB', target: 1 }];
  }
  return {
    name,
    needsImages: false,
    async run(options) {
      const results: Row[] = [];
      for (const each of cases) {
        const [time, ...peak] = await rows(each, 'float32', options);
        results.push(time, ...peak);
        if (!processorPrecisions().includes('bfloat16')) continue;
        const [halfTime, ...halfPeak] = await rows(each, 'bfloat16', options);
        const toFloat32 = { peer: betterPeer(time), target: each.toFloat32 };
        results.push({ ...halfTime, toFloat32 }, ...halfPeak);
      }
      return results;
    },
  };
}
