import type { ReduceOnPlateauConfig } from '../config/experiment.ts';
import type { EpochRecord } from './callbacks.ts';
import { improves, monitored } from './monitor.ts';

/** Keras' ReduceLROnPlateau (keras/src/callbacks/reduce_lr_on_plateau.py). */
export class ReduceOnPlateau {
  /** What the schedule's rate is to be multiplied by. */
  scale = 1;
  readonly #config: ReduceOnPlateauConfig;
  #best: number | null = null;
  #wait = 0;
  #cooldown = 0;

  constructor(config: ReduceOnPlateauConfig) {
    this.#config = config;
  }

  see(record: EpochRecord): void {
    const { learningRate } = record;
    const value = monitored(record, this.#config.monitor);
    const { patience, cooldown, factor, minLearningRate } = this.#config;
    if (this.#cooldown > 0) {
      this.#cooldown -= 1;
      this.#wait = 0;
    }
    if (improves(value, this.#best, this.#config)) {
      this.#best = value;
      this.#wait = 0;
      return;
    }
    if (this.#cooldown > 0) return;
    this.#wait += 1;
    if (this.#wait < patience || learningRate <= minLearningRate) return;
    this.scale *= Math.max(factor, minLearningRate / learningRate);
    this.#cooldown = cooldown;
    this.#wait = 0;
  }
}
