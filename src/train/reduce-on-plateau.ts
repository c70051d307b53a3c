import type { ReduceOnPlateauConfig } from '../config/experiment.ts';
import type { EpochRecord } from './callbacks.ts';
import { improves, monitored } from './monitor.ts';

/** What it has seen and done. */
export interface PlateauState {
  /** What the schedule's rate is to be multiplied by. */
  readonly scale: number;
  readonly best: number | null;
  /** Epochs since the best one, or since the rate was reduced. */
  readonly wait: number;
  /** Epochs until it begins to wait again. */
  readonly cooldown: number;
}

/** Keras' ReduceLROnPlateau (keras/src/callbacks/reduce_lr_on_plateau.py). */
export class ReduceOnPlateau {
  state: PlateauState = { scale: 1, best: null, wait: 0, cooldown: 0 };
  readonly #config: ReduceOnPlateauConfig;

  constructor(config: ReduceOnPlateauConfig) {
    this.#config = config;
  }

  see(record: EpochRecord): void {
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
