import { stat } from 'node:fs/promises';
import type * as tf from '@tensorflow/tfjs';
import { InputError } from '../common/errors.ts';
import { toColumns } from '../experiment/metrics.ts';
import { openWeights } from '../model/weights/open.ts';
import type { EpochRecord, TrainingCallback } from '../train/callbacks.ts';
import { namedWeights } from '../train/checkpoint.ts';
import { type Checkpoints, NO_CHECKPOINTS, type TrainingState } from '../train/state.ts';
import { CheckpointFolder, type CheckpointName } from './checkpoint-folder.ts';
import { readMetricsCsv } from './metrics-csv.ts';
import { modelPath } from './model.ts';
import type { RunState } from './run-checkpoints.ts';

export interface ReplayOptions {
  readonly from: 'start' | CheckpointName;
  /** The most epochs to replay. */
  readonly epochs: number;
}

const NAMES: readonly CheckpointName[] = ['best', 'previous', 'last'];

/** Compares a training with the record of the same run, and ends it at the first difference. */
export class Replay implements TrainingCallback {
  /** The first difference from the record; `null` if there is none. */
  difference: string | null = null;
  readonly resume: TrainingState | null;
  readonly #folder: string;
  readonly #recorded: readonly EpochRecord[];
  readonly #states: ReadonlyMap<CheckpointName, TrainingState>;
  readonly #maxEpochs: number;
  #replayed = 0;
  readonly #identical: string[] = [];

  private constructor(
    folder: string,
    recorded: readonly EpochRecord[],
    states: ReadonlyMap<CheckpointName, TrainingState>,
    { from, epochs }: ReplayOptions,
  ) {
    this.#folder = folder;
    this.#recorded = recorded;
    this.#states = states;
    this.#maxEpochs = epochs;
    this.resume = from === 'start' ? null : (states.get(from) ?? null);
  }

  /**
   * Reads the record of a run.
   * @throws InputError if the run has no such checkpoint, or no epoch after it.
   */
  static async open(folder: string, options: ReplayOptions): Promise<Replay> {
    const recorded = await readMetricsCsv(folder);
    const checkpoints = new CheckpointFolder<RunState>(folder);
    const states = new Map<CheckpointName, TrainingState>();
    for (const name of NAMES) {
      const content = await checkpoints.read(name).catch(() => null);
      if (content) states.set(name, { at: content.state.at, tensors: content.tensors });
    }
    const replay = new Replay(folder, recorded, states, options);
    if (options.from !== 'start' && !replay.resume) {
      const names = [...states.keys()].join(', ') || 'none';
      throw new InputError(`${folder} has no checkpoint ${options.from}; there is ${names}`);
    }
    if (recorded.length <= replay.#firstEpochs) {
      throw new InputError(`${folder} has no epoch after ${options.from} to compare with`);
    }
    return replay;
  }

  /** Descriptions of everything that was compared and is identical. */
  get matches(): string[] {
    const [first, last] = [this.#firstEpochs + 1, this.#firstEpochs + this.#replayed];
    const range = first === last ? `epoch ${first}` : `epochs ${first} to ${last}`;
    return [range, ...this.#identical];
  }

  /** Compares the states of training with the run's checkpoints. */
  get checkpoints(): Checkpoints {
    const steps = new Set([...this.#states.values()].map(({ at }) => at.counters.batches));
    return {
      ...NO_CHECKPOINTS,
      dueAfterStep: (batches) => steps.has(batches),
      dueAfterEpoch: () => true,
      save: async (state) => this.#compareState(state),
    };
  }

  async epochEnd(record: EpochRecord): Promise<string | null> {
    const recorded = this.#recorded[record.epoch - 1];
    if (recorded) this.#compareEpoch(record, recorded);
    this.#replayed += 1;
    if (this.difference) return this.difference;
    const hasMore = this.#replayed < this.#maxEpochs && this.#recorded.length > record.epoch;
    return hasMore ? null : 'replayed';
  }

  /** Compares the trained model with that of the run, if all of its training was replayed. */
  async compareModel(model: tf.LayersModel): Promise<void> {
    const path = modelPath(this.#folder);
    const isComplete = this.#recorded.length === this.#firstEpochs + this.#replayed;
    if (this.difference || !isComplete || !(await stat(path).catch(() => null))) return;
    const file = await openWeights(path, null);
    try {
      const weights = namedWeights(model);
      for (const entry of file.entries) {
        const name = `${entry.layer}/${entry.name}`;
        const values = await weights.get(name)?.data();
        this.#compareTensor(`the model's ${name}`, values as Float32Array, await entry.read());
      }
      if (!this.difference) this.#identical.push('the model');
    } finally {
      await file.close();
    }
  }

  /** The epochs before the replay. */
  get #firstEpochs(): number {
    return this.resume?.at.counters.epochs ?? 0;
  }

  #compareState({ at, tensors }: TrainingState): void {
    for (const [name, recorded] of this.#states) {
      const { counters, epochs, phase } = recorded.at;
      const isSamePosition =
        counters.batches === at.counters.batches && epochs === at.epochs && phase === at.phase;
      if (this.difference || !isSamePosition || recorded === this.resume) continue;
      const byName = new Map(recorded.tensors.map((tensor) => [tensor.name, tensor.data]));
      for (const { name: tensor, data } of tensors)
        this.#compareTensor(`checkpoint ${name}, ${tensor}`, data, byName.get(tensor));
      if (!this.difference) this.#identical.push(`checkpoint ${name}`);
    }
  }

  #compareEpoch(record: EpochRecord, recorded: EpochRecord): void {
    const [now, before] = [comparableValues(record), comparableValues(recorded)];
    const name = Object.keys(before).find((key) => !Object.is(now[key], before[key]));
    if (name !== undefined)
      this.difference ??= `epoch ${record.epoch}: ${name} was ${before[name]}, is ${now[name]}`;
  }

  #compareTensor(what: string, values: Float32Array | undefined, recorded?: Float32Array): void {
    const place = recorded?.findIndex((value, i) => !Object.is(value, values?.[i])) ?? 0;
    if (place < 0 && values?.length === recorded?.length) return;
    this.difference ??= `${what}[${place}] was ${recorded?.[place]}, is ${values?.[place]}`;
  }
}

/** The values of a row of metrics.csv except for its times. */
function comparableValues(record: EpochRecord): Readonly<Record<string, string | number>> {
  const { phase, phaseEpoch, step, learningRate } = record;
  return { phase, phaseEpoch, step, learning_rate: learningRate, ...toColumns(record) };
}
