import type { CheckpointConfig } from '../../config/experiment.ts';

const MINUTE_MS = 60_000;

/** When a checkpoint is due. */
export class CheckpointTimes {
  readonly #config: CheckpointConfig;
  #last = performance.now();

  constructor(config: CheckpointConfig) {
    this.#config = config;
  }

  /** @param batches of the whole training so far. */
  afterStep(batches: number): boolean {
    const { everySteps, everyMinutes } = this.#config;
    if (everySteps !== null && batches % everySteps === 0) return true;
    return everyMinutes !== null && performance.now() - this.#last >= everyMinutes * MINUTE_MS;
  }

  /** @param epochs of the whole training so far. */
  afterEpoch(epochs: number): boolean {
    const { everyEpochs } = this.#config;
    return everyEpochs !== null && epochs % everyEpochs === 0;
  }

  /** Minutes count from the last one. */
  saved(): void {
    this.#last = performance.now();
  }
}
