import type { EarlyStoppingConfig } from '../config/experiment.ts';
import type { EpochRecord } from './callbacks.ts';
import { improves, monitored } from './monitor.ts';

/** What it has seen. */
export interface EarlyStoppingState {
  /** The epoch within the phase of the best value so far. */
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

  see(record: EpochRecord): 'best' | 'go on' | 'stop' {
    const value = monitored(record, this.#config.monitor);
    const { best, wait } = this.state;
    if (improves(value, best, this.#config)) {
      this.state = { bestEpoch: record.phaseEpoch, best: value, wait: 0 };
      return 'best';
    }
    this.state = { ...this.state, wait: wait + 1 };
    return wait + 1 >= this.#config.patience ? 'stop' : 'go on';
  }

  /** Why it stopped. */
  get reason(): string {
    const { monitor, patience, goal } = this.#config;
    const epochs = `${patience} ${patience === 1 ? 'epoch' : 'epochs'}`;
    const verb = goal === 'minimize' ? 'fall below' : 'rise above';
    return `${monitor} did not ${verb} ${this.state.best} in ${epochs}`;
  }
}
