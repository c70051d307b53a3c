import type { EarlyStoppingConfig } from '../config/experiment.ts';
import type { EpochRecord } from './callbacks.ts';
import { improves, monitored } from './monitor.ts';

/** Keras' EarlyStopping (keras/src/callbacks/early_stopping.py). */
export class EarlyStopping {
  /** The epoch within the phase of the best value so far. */
  bestEpoch = 0;
  readonly #config: EarlyStoppingConfig;
  #best: number | null = null;
  #wait = 0;

  constructor(config: EarlyStoppingConfig) {
    this.#config = config;
  }

  see(record: EpochRecord): 'best' | 'go on' | 'stop' {
    const value = monitored(record, this.#config.monitor);
    if (improves(value, this.#best, this.#config)) {
      this.#best = value;
      this.bestEpoch = record.phaseEpoch;
      this.#wait = 0;
      return 'best';
    }
    this.#wait += 1;
    return this.#wait >= this.#config.patience ? 'stop' : 'go on';
  }

  /** Why it stopped. */
  get reason(): string {
    const { monitor, patience, goal } = this.#config;
    const epochs = `${patience} ${patience === 1 ? 'epoch' : 'epochs'}`;
    const verb = goal === 'minimize' ? 'fall below' : 'rise above';
    return `${monitor} did not ${verb} ${this.#best} in ${epochs}`;
  }
}
