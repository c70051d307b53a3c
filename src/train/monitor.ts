import { InputError } from '../common/errors.ts';
import { countOf } from '../common/format.ts';
import type { EarlyStoppingConfig, ReduceOnPlateauConfig } from '../experiment/experiment.ts';
import { formatMetric, type Goal, isBetter, toColumns } from '../experiment/metrics.ts';
import type { EpochRecord } from './callbacks.ts';

/**
 * Returns the value that `monitor` names: `loss`, `accuracy`, `val_loss`, …
 *
 * @throws InputError when there is no such value.
 */
export function monitored({ train, validation }: EpochRecord, monitor: string): number {
  const values = toColumns({ train, validation });
  const value = values[monitor];
  if (value !== undefined) return value;
  throw new InputError(
    `monitor must be one of ${Object.keys(values).join(', ')}. Received: ${monitor}`,
  );
}

/** Returns true if `value` is better than `best` by more than `minDelta`, as in Keras. NaN is never better. */
function improves(
  value: number,
  best: number | null,
  { goal, minDelta }: { readonly goal: Goal; readonly minDelta: number },
): boolean {
  if (best === null) return true;
  return isBetter(goal, goal === 'minimize' ? value + minDelta : value - minDelta, best);
}

export interface EarlyStoppingState {
  /** The epoch within the phase with the best value so far. */
  readonly bestEpoch: number;
  readonly best: number | null;
  /** Epochs since then. */
  readonly wait: number;
}

/** Keras' EarlyStopping (keras/src/callbacks/early_stopping.py). */
export class EarlyStopping {
  state: EarlyStoppingState = { bestEpoch: 0, best: null, wait: 0 };
  readonly #config: EarlyStoppingConfig;

  constructor(config: EarlyStoppingConfig) {
    this.#config = config;
  }

  update(record: EpochRecord): 'best' | 'continue' | 'stop' {
    const value = monitored(record, this.#config.monitor);
    const { best, wait } = this.state;
    if (improves(value, best, this.#config)) {
      this.state = { bestEpoch: record.phaseEpoch, best: value, wait: 0 };
      return 'best';
    }
    this.state = { ...this.state, wait: wait + 1 };
    return wait + 1 >= this.#config.patience ? 'stop' : 'continue';
  }

  /** The reason to stop, in words. */
  get reason(): string {
    const { monitor, patience, goal } = this.#config;
    const verb = goal === 'minimize' ? 'fall below' : 'rise above';
    return `${monitor} did not ${verb} ${formatMetric(monitor, this.state.best)} in ${countOf(patience, 'epoch')}`;
  }
}

export interface PlateauState {
  /** Factor on the schedule's learning rate. */
  readonly scale: number;
  readonly best: number | null;
  /** Epochs since the best one, or since the last reduction. */
  readonly wait: number;
  /** Epochs until `wait` starts again. */
  readonly cooldown: number;
}

/** Keras' ReduceLROnPlateau (keras/src/callbacks/reduce_lr_on_plateau.py). */
export class ReduceOnPlateau {
  state: PlateauState = { scale: 1, best: null, wait: 0, cooldown: 0 };
  readonly #config: ReduceOnPlateauConfig;

  constructor(config: ReduceOnPlateauConfig) {
    this.#config = config;
  }

  update(record: EpochRecord): void {
    const { learningRate } = record;
    const value = monitored(record, this.#config.monitor);
    const { patience, cooldown: pause, factor, minLearningRate } = this.#config;
    let { scale, best, wait, cooldown } = this.state;
    if (cooldown > 0) {
      cooldown -= 1;
      wait = 0;
    }
    if (improves(value, best, this.#config)) {
      best = value;
      wait = 0;
    } else if (cooldown === 0) {
      wait += 1;
      if (wait >= patience && learningRate > minLearningRate) {
        scale *= Math.max(factor, minLearningRate / learningRate);
        cooldown = pause;
        wait = 0;
      }
    }
    this.state = { scale, best, wait, cooldown };
  }
}
