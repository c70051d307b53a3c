import { parse } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import type { LoadedExperiment } from '../config/load.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { InterruptedError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type {
  EpochRecord,
  Evaluation,
  PhaseBegin,
  PhaseEnd,
  TrainingCallback,
} from '../train/callbacks.ts';
import { describeUse } from '../train/features/use.ts';
import { ARTIFACTS } from './artifacts/table.ts';
import { dataHash } from './data-hash.ts';
import { describeEnvironment } from './environment.ts';
import { finalMetrics, finishedRun } from './finished-run.ts';
import { RunLog } from './log.ts';
import { MetricsCsv, measures } from './metrics-csv.ts';
import { saveModel } from './model.ts';
import { RunFolder } from './run-folder.ts';
import { RunLock } from './run-lock.ts';
import { beginStatus, endStatus, type Status } from './status.ts';
import { TensorBoard } from './tensorboard/tensorboard.ts';
import { weightHashes } from './weight-hashes.ts';

export interface RecorderOptions {
  /** Folder that holds all runs. */
  readonly runs: string;
  readonly loaded: Pick<LoadedExperiment, 'experiment' | 'text' | 'resolvedYaml'>;
  readonly plan: Pick<Plan, 'id'>;
  readonly engine: Engine;
  readonly data: Dataset;
  /** The file that the backbone's first weights are from; `null` when they are random. */
  readonly weights: string | null;
}

/** Where a finished run is, and what its model gives. */
export interface RunRecord {
  readonly folder: string;
  /** `loss`, `accuracy`, …, `val_loss`, `val_accuracy`, … */
  readonly metrics: Readonly<Record<string, number>>;
  /** Why it was ended before its last phase was done; `null` when it was not. */
  readonly stopped: string | null;
}

interface Parts {
  readonly folder: RunFolder;
  readonly lock: RunLock;
  readonly status: Status;
  readonly metrics: MetricsCsv;
  readonly tensorBoard: TensorBoard;
}

/** Writes a run's folder: what it is as it begins, its metrics as it goes on, the rest at its end. */
export class Recorder implements TrainingCallback {
  readonly #options: RecorderOptions;
  readonly #folder: RunFolder;
  readonly #lock: RunLock;
  readonly #status: Status;
  readonly #metrics: MetricsCsv;
  readonly #log: RunLog;
  readonly #tensorBoard: TensorBoard;
  readonly #phases: (PhaseBegin & PhaseEnd)[] = [];
  #begun: PhaseBegin | undefined;

  private constructor(options: RecorderOptions, parts: Parts) {
    this.#options = options;
    this.#folder = parts.folder;
    this.#lock = parts.lock;
    this.#status = parts.status;
    this.#metrics = parts.metrics;
    this.#tensorBoard = parts.tensorBoard;
    this.#log = new RunLog(parts.folder.file('log.txt'));
  }

  /** Makes the run's folder and writes what is known before training. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const { runs, loaded, plan, engine, data, weights } = options;
    const { name, seed, metrics } = loaded.experiment;
    const folder = await RunFolder.create({ runs, name, id: plan.id });
    const lock = await RunLock.take(folder.path);
    const status = await beginStatus(folder);
    await folder.write('experiment.yaml', loaded.text);
    await folder.write('resolved.yaml', loaded.resolvedYaml());
    const facts = {
      engine,
      seed,
      dataHash: dataHash(data),
      weightHashes: await weightHashes(weights),
    };
    await folder.writeJson('environment.json', await describeEnvironment(facts));
    const labels = metrics.map(({ label }) => label);
    const csv = await MetricsCsv.open(folder.file('metrics.csv'), labels);
    const tensorBoard = await TensorBoard.begin(folder.path, loaded.experiment, plan.id);
    return new Recorder(options, { folder, lock, status, metrics: csv, tensorBoard });
  }

  /** The run's folder. */
  get folder(): string {
    return this.#folder.path;
  }

  async note(line: string): Promise<void> {
    await this.#log.write(line);
  }

  async phaseBegin(event: PhaseBegin): Promise<void> {
    this.#begun = event;
    const { phase, trainableParameters, frozenParameters, features } = event;
    await this.#log.write(
      `phase ${phase.name} begins: ${trainableParameters} parameters to train, ${frozenParameters} frozen`,
    );
    if (features) await this.#log.write(`phase ${phase.name}: ${describeUse(features)}`);
  }

  async epochEnd(record: EpochRecord): Promise<void> {
    this.#lock.throwIfLost();
    await this.#metrics.append(record);
    await this.#tensorBoard.epoch(record);
    const values = Object.entries(measures(record)).map(([name, value]) => `${name} ${value}`);
    await this.#log.write(`${record.phase} epoch ${record.phaseEpoch}: ${values.join(', ')}`);
  }

  async phaseEnd(event: PhaseEnd): Promise<void> {
    if (this.#begun) this.#phases.push({ ...this.#begun, ...event });
    const { phase, epochs, stoppedEarly, keptEpoch } = event;
    const why = stoppedEarly ? `: ${stoppedEarly}` : '';
    await this.#log.write(
      `phase ${phase.name} ends after ${epochs} epochs${why}; epoch ${keptEpoch} kept`,
    );
  }

  /** Writes what people look at, the model first: pictures can be drawn again, a model not. */
  async finish(model: tf.LayersModel, evaluation: Evaluation): Promise<RunRecord> {
    const { loaded, plan, data } = this.#options;
    const { experiment } = loaded;
    const { preprocess } = experiment.data;
    await saveModel(model, this.#folder.file('model'), { classNames: data.classNames, preprocess });
    const run = finishedRun({
      id: plan.id,
      experiment,
      data,
      epochs: this.#metrics.epochs,
      phases: this.#phases,
      evaluation,
      parameters: model.countParams(),
    });
    for (const { file, content } of ARTIFACTS) {
      const written = await content(run);
      await this.#folder.write(file, written);
      if (typeof written !== 'string') await this.#tensorBoard.picture(parse(file).name, written);
    }
    await this.#tensorBoard.end(true);
    const last = this.#phases.at(-1);
    const stopped = last?.endsTraining ? last.stoppedEarly : null;
    const state = stopped === null ? 'finished' : 'stopped';
    await this.#log.write(stopped === null ? state : `${state}: ${stopped}`);
    await endStatus(this.#folder, this.#status, state);
    await this.#lock.release();
    return { folder: this.#folder.path, metrics: finalMetrics(run), stopped };
  }

  /**
   * Records why the run could not be finished. A run that was interrupted is neither finished nor failed.
   * It never throws: a disk that is full may be why the run failed, and that is the error to tell of.
   */
  async fail(error: unknown): Promise<void> {
    const interrupted = error instanceof InterruptedError;
    const message = error instanceof Error ? error.message : String(error);
    try {
      await this.#log.write(interrupted ? message : `failed: ${message}`);
      if (!interrupted) {
        await endStatus(this.#folder, this.#status, 'failed', message);
        await this.#tensorBoard.end(false);
      }
    } catch {}
    await this.#lock.release();
  }
}
