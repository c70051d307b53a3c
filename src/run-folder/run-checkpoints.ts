import { countOf } from '../common/format.ts';
import type { CheckpointConfig } from '../experiment/experiment.ts';
import type { EpochRecord, PhaseBegin, PhaseEnd } from '../train/callbacks.ts';
import type { Checkpoints, Position, TrainingState } from '../train/state.ts';
import { CheckpointFolder } from './checkpoint-folder.ts';
import type { RunLog } from './log.ts';
import { LaterFormatError } from './run-file.ts';

/** The phases of a run so far. */
export interface PhaseHistory {
  readonly ended: readonly (PhaseBegin & PhaseEnd)[];
  /** The current phase. */
  readonly current: PhaseBegin | null;
}

/** The JSON of a run's checkpoint. */
export interface RunState {
  readonly at: Position;
  readonly phases: PhaseHistory['ended'];
  readonly begun: PhaseHistory['current'];
  /** SHA-256 of the rows of metrics.csv; `undefined` in runs of early versions. */
  readonly metrics?: string;
}

/** A training state and the phases that led to it. */
export interface ResumedState extends TrainingState {
  readonly history: PhaseHistory;
  readonly metrics?: string | undefined;
}

export interface RunCheckpointsOptions {
  /** The run's folder. */
  readonly folder: string;
  readonly config: CheckpointConfig;
  readonly log: Pick<RunLog, 'write' | 'notify'>;
  readonly history: () => PhaseHistory;
  /** The best epoch of the current phase so far. */
  readonly bestEpoch: () => EpochRecord | null;
  /** SHA-256 of the rows of metrics.csv up to this number of epochs. */
  readonly metricsDigest: (epochs: number) => string;
}

/** Saves the states of a run's training in its folder while training continues, one at a time. */
export class RunCheckpoints implements Checkpoints {
  readonly #folder: CheckpointFolder<RunState>;
  readonly #options: RunCheckpointsOptions;
  readonly #schedule: CheckpointSchedule;
  #writing: Promise<void> = Promise.resolve();
  #saved: Position | null = null;

  constructor(options: RunCheckpointsOptions) {
    this.#folder = new CheckpointFolder(options.folder);
    this.#options = options;
    this.#schedule = new CheckpointSchedule(options.config);
  }

  /** Prepares the folder. */
  open(): Promise<void> {
    return this.#folder.open();
  }

  dueAfterStep(batches: number): boolean {
    return this.#schedule.afterStep(batches);
  }

  /** The best epoch so far has a checkpoint at any schedule. */
  dueAfterEpoch(epochs: number): boolean {
    return this.#schedule.afterEpoch(epochs) || this.#options.bestEpoch()?.epoch === epochs;
  }

  /** @throws RunError if the state before could not be written. */
  async save({ at, tensors }: TrainingState): Promise<void> {
    await this.#writing;
    this.#schedule.saved();
    const { history, bestEpoch, metricsDigest, log } = this.#options;
    const { ended, current } = history();
    const best = bestEpoch();
    const isBest = at.batch === 0 && best?.phase === at.phase && best.phaseEpoch === at.epochs;
    const metrics = metricsDigest(at.counters.epochs);
    this.#writing = this.#folder
      .write({ state: { at, phases: ended, begun: current, metrics }, tensors }, isBest)
      .then(() => {
        this.#saved = at;
        return log.write(`checkpoint: ${describePosition(at)}`);
      });
    // The next `save` or `flush` throws the error; without this handler it would end the process first.
    this.#writing.catch(() => {});
  }

  async flush(): Promise<void> {
    await this.#writing;
  }

  async latest(): Promise<TrainingState | null> {
    await this.flush();
    return this.readLatest();
  }

  /**
   * Reads `last`, or `previous` if `last` is missing or damaged; `null` if neither can be read.
   * @throws LaterFormatError
   */
  async readLatest(): Promise<ResumedState | null> {
    const failures: string[] = [];
    for (const name of ['last', 'previous'] as const) {
      try {
        const { state, tensors } = await this.#folder.read(name);
        if (failures.length > 0)
          await this.#options.log.notify(
            `${failures.join('; ')}; going back to ${describePosition(state.at)}`,
          );
        const history = { ended: state.phases, current: state.begun };
        this.#saved = state.at;
        return { at: state.at, tensors, history, metrics: state.metrics };
      } catch (error) {
        if (error instanceof LaterFormatError) throw error;
        failures.push(`checkpoint ${name} cannot be read: ${(error as Error).message}`);
      }
    }
    return null;
  }

  /** The training that the last checkpoint has saved; `null` if there is none. */
  get saved(): string | null {
    return this.#saved && describePosition(this.#saved);
  }

  /** Removes the checkpoints that a finished run does not keep. */
  async end(): Promise<void> {
    await this.flush();
    if (this.#options.config.keep) await this.#folder.remove('previous');
    else await this.#folder.removeAll();
  }
}

function describePosition({ phase, epochs, batch }: Position): string {
  const batches = batch > 0 ? ` and ${batch} batches` : '';
  return `phase ${phase} after ${countOf(epochs, 'epoch')}${batches}`;
}

const MINUTE_MS = 60_000;

/** Decides when a checkpoint is due. */
export class CheckpointSchedule {
  readonly #config: CheckpointConfig;
  #savedAt = performance.now();

  constructor(config: CheckpointConfig) {
    this.#config = config;
  }

  /** @param batches of the whole training so far. */
  afterStep(batches: number): boolean {
    const { everySteps, everyMinutes } = this.#config;
    if (everySteps !== null && batches % everySteps === 0) return true;
    return everyMinutes !== null && performance.now() - this.#savedAt >= everyMinutes * MINUTE_MS;
  }

  /** @param epochs of the whole training so far. */
  afterEpoch(epochs: number): boolean {
    const { everyEpochs } = this.#config;
    return everyEpochs !== null && epochs % everyEpochs === 0;
  }

  /** Restarts the count of minutes. */
  saved(): void {
    this.#savedAt = performance.now();
  }
}
