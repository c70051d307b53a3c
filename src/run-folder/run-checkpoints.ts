import type { CheckpointConfig } from '../experiment/experiment.ts';
import type { EpochRecord, PhaseBegin, PhaseEnd } from '../train/callbacks.ts';
import type { Checkpoints, Position, TrainingState } from '../train/state.ts';
import { CheckpointFolder } from './checkpoint-folder.ts';

/** What a run's checkpoint says beside its tensors. */
export interface RunState {
  readonly at: Position;
  /** Those that have ended, and the one that goes on. */
  readonly phases: readonly (PhaseBegin & PhaseEnd)[];
  readonly begun: PhaseBegin | null;
}

export interface RunCheckpointsOptions {
  /** The run's `checkpoints/`. */
  readonly path: string;
  readonly config: CheckpointConfig;
  /** What the record adds to a state. */
  readonly recorded: () => Omit<RunState, 'at'>;
  /** The best epoch so far. */
  readonly best: () => EpochRecord | null;
  readonly log: (line: string) => Promise<void>;
  /** What a person is to know. */
  readonly tell: (line: string) => Promise<void>;
}

/** Puts the states of a run's training into its folder while training goes on, one at a time. */
export class RunCheckpoints implements Checkpoints {
  readonly folder: CheckpointFolder<RunState>;
  readonly #options: RunCheckpointsOptions;
  readonly #times: CheckpointTimes;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RunCheckpointsOptions) {
    this.folder = new CheckpointFolder(options.path);
    this.#options = options;
    this.#times = new CheckpointTimes(options.config);
  }

  dueAfterStep(batches: number): boolean {
    return this.#times.afterStep(batches);
  }

  dueAfterEpoch(epochs: number): boolean {
    return this.#times.afterEpoch(epochs);
  }

  /** @throws RunError when the one before could not be written. */
  async save({ at, tensors }: TrainingState): Promise<void> {
    await this.#writing;
    this.#times.saved();
    const state = { at, ...this.#options.recorded() };
    const best = this.#options.best();
    const isBest = at.batch === 0 && best?.phase === at.phase && best.phaseEpoch === at.epochs;
    this.#writing = this.folder
      .write({ state, tensors }, isBest)
      .then(() => this.#options.log(`checkpoint: ${describe(at)}`));
    // Whoever waits for it hears of its error.
    this.#writing.catch(() => {});
  }

  async flush(): Promise<void> {
    await this.#writing;
  }

  async latest(): Promise<TrainingState | null> {
    await this.flush();
    const read = await this.readLatest();
    return read && { at: read.state.at, tensors: read.tensors };
  }

  /** `last`, or the one before where that is missing or damaged; `null` where there is none. */
  async readLatest() {
    const faults: string[] = [];
    for (const name of ['last', 'previous'] as const) {
      try {
        const content = await this.folder.read(name);
        if (faults.length > 0)
          await this.#options.tell(
            `${faults.join('; ')}; going back to ${describe(content.state.at)}`,
          );
        return content;
      } catch (error) {
        faults.push(`checkpoint ${name} cannot be read: ${(error as Error).message}`);
      }
    }
    return null;
  }

  /** Of a run that has finished. */
  async end(): Promise<void> {
    await this.flush();
    if (this.#options.config.keep) await this.folder.remove('previous');
    else await this.folder.removeAll();
  }
}

function describe({ phase, epochs, batch }: Position): string {
  return `phase ${phase} after ${epochs} epochs${batch > 0 ? ` and ${batch} batches` : ''}`;
}

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
