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
import type { RunState } from './run-checkpoints.ts';

export interface ReplayOptions {
  readonly from: 'start' | CheckpointName;
  /** The most to replay. */
  readonly epochs: number;
}

const NAMES: readonly CheckpointName[] = ['best', 'previous', 'last'];

/** Holds a training to what a run has recorded of the same; ends it at the first difference. */
export class Replay implements TrainingCallback {
  /** Where it differs from the record first. */
  difference: string | null = null;
  readonly resume: TrainingState | null;
  readonly #recorded: readonly EpochRecord[];
  readonly #states: ReadonlyMap<CheckpointName, TrainingState>;
  readonly #epochs: number;
  #done = 0;
  readonly #same: string[] = [];

  private constructor(
    recorded: readonly EpochRecord[],
    states: ReadonlyMap<CheckpointName, TrainingState>,
    { from, epochs }: ReplayOptions,
  ) {
    this.#recorded = recorded;
    this.#states = states;
    this.#epochs = epochs;
    this.resume = from === 'start' ? null : (states.get(from) ?? null);
  }

  /** @throws InputError when the run has no such checkpoint, or no epoch after it. */
  static async of(folder: string, options: ReplayOptions): Promise<Replay> {
    const recorded = await readMetricsCsv(folder);
    const checkpoints = new CheckpointFolder<RunState>(folder);
    const states = new Map<CheckpointName, TrainingState>();
    for (const name of NAMES) {
      const read = await checkpoints.read(name).catch(() => null);
      if (read) states.set(name, { at: read.state.at, tensors: read.tensors });
    }
    const replay = new Replay(recorded, states, options);
    if (options.from !== 'start' && !replay.resume) {
      const there = [...states.keys()].join(', ') || 'none';
      throw new InputError(`${folder} has no checkpoint ${options.from}; there is ${there}`);
    }
    if (recorded.length <= (replay.resume?.at.counters.epochs ?? 0)) {
      throw new InputError(`${folder} has no epoch after ${options.from} to compare with`);
    }
    return replay;
  }

  /** What was compared and is the same. */
  get matches(): string[] {
    const before = this.resume?.at.counters.epochs ?? 0;
    const range =
      this.#done === 1 ? `epoch ${before + 1}` : `epochs ${before + 1} to ${before + this.#done}`;
    return [range, ...this.#same];
  }

  /** Compares with those of the run where training passes them. */
  get checkpoints(): Checkpoints {
    return {
      ...NO_CHECKPOINTS,
      dueAfterStep: (batches) => this.#isKnown(batches),
      dueAfterEpoch: () => true,
      save: async (state) => this.#compareState(state),
    };
  }

  async epochEnd(record: EpochRecord): Promise<string | null> {
    const recorded = this.#recorded[record.epoch - 1];
    const what = `epoch ${record.epoch}`;
    if (recorded) this.#compareValues(what, row(record), row(recorded));
    this.#done += 1;
    if (this.difference) return this.difference;
    return this.#done < this.#epochs && this.#recorded.length > record.epoch ? null : 'replayed';
  }

  /** With the model that the run has left, where the whole of it was replayed. */
  async compareModel(model: tf.LayersModel, path: string): Promise<void> {
    const isWhole = this.#recorded.length === (this.resume?.at.counters.epochs ?? 0) + this.#done;
    if (this.difference || !isWhole || !(await stat(path).catch(() => null))) return;
    const file = await openWeights(path, null);
    try {
      const weights = namedWeights(model);
      for (const entry of file.entries) {
        const now = await weights.get(`${entry.layer}/${entry.name}`)?.data();
        const what = `the model's ${entry.layer}/${entry.name}`;
        this.#compareBytes(what, now as Float32Array, await entry.read());
      }
      if (!this.difference) this.#same.push('the model');
    } finally {
      await file.close();
    }
  }

  #isKnown(batches: number): boolean {
    return [...this.#states.values()].some(({ at }) => at.counters.batches === batches);
  }

  #compareState({ at, tensors }: TrainingState): void {
    for (const [name, known] of this.#states) {
      const { counters, epochs, phase } = known.at;
      const isSame = counters.batches === at.counters.batches && epochs === at.epochs;
      if (this.difference || !isSame || phase !== at.phase || known === this.resume) continue;
      const byName = new Map(known.tensors.map((tensor) => [tensor.name, tensor.data]));
      for (const { name: tensor, data } of tensors)
        this.#compareBytes(`checkpoint ${name}, ${tensor}`, data, byName.get(tensor));
      if (!this.difference) this.#same.push(`checkpoint ${name}`);
    }
  }

  #compareValues(what: string, now: Values, recorded: Values): void {
    const name = Object.keys(recorded).find((key) => !Object.is(now[key], recorded[key]));
    if (name !== undefined)
      this.difference ??= `${what}: ${name} was ${recorded[name]}, is ${now[name]}`;
  }

  #compareBytes(what: string, now: Float32Array | undefined, recorded?: Float32Array): void {
    const place = recorded?.findIndex((value, i) => !Object.is(value, now?.[i])) ?? 0;
    if (place < 0 && now?.length === recorded?.length) return;
    this.difference ??= `${what}[${place}] was ${recorded?.[place]}, is ${now?.[place]}`;
  }
}

type Values = Readonly<Record<string, string | number>>;

/** A row of metrics.csv but for the time columns. */
function row(record: EpochRecord): Values {
  const { phase, phaseEpoch, step, learningRate } = record;
  return { phase, phaseEpoch, step, learning_rate: learningRate, ...toColumns(record) };
}
