import { parse } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type * as tf from '@tensorflow/tfjs';
import { InterruptedError } from '../common/errors.ts';
import { resolvedYaml } from '../config/resolved.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { toColumns } from '../experiment/metrics.ts';
import type { Plan } from '../plan/plan.ts';
import {
  type EpochRecord,
  type Evaluation,
  formatFeaturesUse,
  type PhaseBegin,
  type PhaseEnd,
  type TrainingCallback,
} from '../train/callbacks.ts';
import type { TrainingState } from '../train/state.ts';
import { ARTIFACTS } from './artifacts.ts';
import {
  dataHash,
  describeEnvironment,
  type Environment,
  validationImages,
  weightHashes,
} from './environment.ts';
import { finalMetrics, finishedRun } from './finished-run.ts';
import { RunLog } from './log.ts';
import { MemoryWatch, memoryUse } from './memory.ts';
import { MetricsCsv } from './metrics-csv.ts';
import { saveModel } from './model.ts';
import { checkResumption } from './resumption.ts';
import { RunCheckpoints } from './run-checkpoints.ts';
import { RunFolder } from './run-folder.ts';
import { RunLock } from './run-lock.ts';
import { beginStatus, endStatus, type Status } from './status.ts';
import { bestEpoch } from './summary.ts';
import { sweptSettings } from './sweep-record.ts';
import { TensorBoard } from './tensorboard/tensorboard.ts';

export interface RecorderOptions {
  /** Folder that holds all runs. */
  readonly runs: string;
  readonly planned: {
    readonly experiment: Experiment;
    readonly text: string;
    readonly plan: Pick<Plan, 'id'>;
  };
  readonly engine: Engine;
  readonly data: Dataset;
  /** The file that the backbone's first weights are from; `null` when they are random. */
  readonly weights: string | null;
  /** Folder of a run of the same that goes on; `null`: a new one. */
  readonly unfinished: string | null;
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
  readonly log: RunLog;
}

/** Writes a run's folder: what it is as it begins, its metrics as it goes on, the rest at its end. */
export class Recorder implements TrainingCallback {
  readonly #options: RecorderOptions;
  readonly #folder: RunFolder;
  readonly #lock: RunLock;
  readonly #metrics: MetricsCsv;
  readonly #log: RunLog;
  readonly #tensorBoard: TensorBoard;
  readonly checkpoints: RunCheckpoints;
  /** What training goes on from. */
  resume: TrainingState | null = null;
  #status: Status;
  #phases: (PhaseBegin & PhaseEnd)[] = [];
  #begun: PhaseBegin | null = null;
  readonly #memory = new MemoryWatch();
  #untold: string[] = [];
  #person = (line: string): void => void this.#untold.push(line);

  private constructor(options: RecorderOptions, parts: Parts) {
    this.#options = options;
    this.#folder = parts.folder;
    this.#lock = parts.lock;
    this.#status = parts.status;
    this.#metrics = parts.metrics;
    this.#tensorBoard = parts.tensorBoard;
    this.#log = parts.log;
    const { checkpoint } = options.planned.experiment;
    this.checkpoints = new RunCheckpoints({
      path: parts.folder.file('checkpoints'),
      config: checkpoint,
      recorded: () => ({ phases: this.#phases, begun: this.#begun }),
      best: () => this.#begun && bestEpoch(this.#epochsOf(this.#begun.phase), this.#begun.phase),
      log: (line) => this.#log.write(line),
      tell: (line) => this.#tell(line),
    });
  }

  /**
   * Makes the run's folder and writes what is known before training, or goes on in that of an earlier one.
   * @throws InputError when that one is not the same run, RunError when another process has it.
   */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const { runs, planned, engine, data, weights, unfinished } = options;
    const { experiment, text, plan } = planned;
    const { name, seed, metrics } = experiment;
    const folder = unfinished
      ? new RunFolder(unfinished)
      : await RunFolder.create({ runs, name, id: plan.id });
    const lock = await RunLock.take(folder.path);
    try {
      const environment = await describeEnvironment({
        engine,
        seed,
        dataHash: dataHash(data),
        validation: validationImages(data),
        weightHashes: await weightHashes(weights),
      });
      const resolved = resolvedYaml(experiment);
      const notes = unfinished
        ? await checkResumption(folder, { resolvedYaml: resolved, environment })
        : [];
      const log = await RunLog.open(folder.file('log.txt'));
      const status = await beginStatus(folder);
      await folder.write('experiment.yaml', text);
      await folder.write('resolved.yaml', resolved);
      await folder.writeJson('environment.json', environment);
      await log.write(describeStart(options, environment));
      const labels = metrics.map(({ label }) => label);
      const csv = await MetricsCsv.open(folder.file('metrics.csv'), labels);
      const tensorBoard = await TensorBoard.begin(folder.path, experiment, {
        group: plan.id,
        swept: await sweptSettings(parse(folder.path).dir, plan.id),
      });
      const recorder = new Recorder(options, {
        folder,
        lock,
        status,
        metrics: csv,
        tensorBoard,
        log,
      });
      await recorder.#begin(notes);
      return recorder;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Takes up the last checkpoint, if there is one, and forgets what came after it. */
  async #begin(notes: readonly string[]): Promise<void> {
    await this.checkpoints.folder.open();
    for (const line of notes) await this.#tell(line);
    if (!this.#options.unfinished) return;
    const saved = await this.checkpoints.readLatest();
    const at = saved?.state.at ?? null;
    await this.#metrics.cutAfter(at?.counters.epochs ?? 0);
    await this.#tensorBoard.goOnAfter(at?.counters.epochs ?? 0);
    if (saved) {
      this.#phases = [...saved.state.phases];
      this.#begun = saved.state.begun;
      this.resume = { at: saved.state.at, tensors: saved.tensors };
    }
    const where = at
      ? `phase ${at.phase}, epoch ${at.epochs + 1}, batch ${at.batch + 1}`
      : 'the start: there is no checkpoint yet';
    await this.#tell(`goes on from ${where}`);
  }

  /** Tells a person what was noted until now, and from now on. */
  tellTo(person: (line: string) => void): void {
    this.#untold.forEach(person);
    this.#person = person;
  }

  async #tell(line: string): Promise<void> {
    this.#person(line);
    await this.#log.write(line);
  }

  #epochsOf(phase: PhaseBegin['phase']): EpochRecord[] {
    return this.#metrics.epochs.filter((record) => record.phase === phase.name);
  }

  /** The run's folder. */
  get folder(): string {
    return this.#folder.path;
  }

  async note(line: string): Promise<void> {
    await this.#log.write(line);
  }

  async retry(retries: number): Promise<void> {
    this.#status = { ...this.#status, retries };
    await this.#folder.writeJson('status.json', this.#status);
  }

  async phaseBegin(event: PhaseBegin): Promise<void> {
    this.#memory.phaseBegin();
    // Of a phase that goes on, what it was when it began.
    if (this.#begun?.phase.name === event.phase.name) return;
    this.#begun = event;
    const { phase, trainableParameters, frozenParameters, features } = event;
    await this.#log.write(
      `phase ${phase.name} begins: ${trainableParameters} parameters to train, ${frozenParameters} frozen`,
    );
    if (features) await this.#log.write(`phase ${phase.name}: ${formatFeaturesUse(features)}`);
  }

  async epochEnd(record: EpochRecord): Promise<void> {
    this.#lock.throwIfLost();
    await this.#metrics.append(record);
    await this.#tensorBoard.epoch(record);
    const values = Object.entries(toColumns(record)).map(([name, value]) => `${name} ${value}`);
    await this.#log.write(`${record.phase} epoch ${record.phaseEpoch}: ${values.join(', ')}`);
    const warning = this.#memory.epochEnd(memoryUse());
    if (warning) await this.#tell(warning);
  }

  async phaseEnd(event: PhaseEnd): Promise<void> {
    if (this.#begun)
      this.#phases = [
        ...this.#phases.filter(({ phase }) => phase.name !== event.phase.name),
        { ...this.#begun, ...event },
      ];
    const { phase, epochs, stoppedEarly, keptEpoch } = event;
    const why = stoppedEarly ? `: ${stoppedEarly}` : '';
    await this.#log.write(
      `phase ${phase.name} ends after ${epochs} epochs${why}; epoch ${keptEpoch} kept`,
    );
  }

  /** Writes what people look at, the model first: images can be drawn again, a model not. */
  async finish(
    model: tf.LayersModel,
    evaluation: Evaluation,
    signal: AbortSignal,
  ): Promise<RunRecord> {
    const { planned, data } = this.#options;
    const { experiment, plan } = planned;
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
      memory: this.#memory.summary(),
    });
    for (const { file, content } of ARTIFACTS) {
      await setImmediate();
      signal.throwIfAborted();
      const written = await content(run);
      await this.#folder.write(file, written);
      const { name, ext } = parse(file);
      // TensorBoard knows no WebP.
      if (typeof written !== 'string' && ext === '.png')
        await this.#tensorBoard.image(name, written);
    }
    await this.#tensorBoard.end(true);
    await this.checkpoints.end();
    const last = this.#phases.at(-1);
    const stopped = last?.endsTraining ? last.stoppedEarly : null;
    const state = stopped === null ? 'finished' : 'stopped';
    await this.#log.write(stopped === null ? state : `${state}: ${stopped}`);
    await endStatus(this.#folder, this.#status, state);
    await this.#lock.release();
    return { folder: this.#folder.path, metrics: finalMetrics(run), stopped };
  }

  /**
   * Records why the run could not be finished. A run that was interrupted is neither finished nor failed, and one
   * that another process took over is that one's to record.
   * It never throws: a disk that is full may be why the run failed, and that is the error to tell of.
   */
  async fail(error: unknown): Promise<void> {
    if (!this.#lock.isHeld()) return;
    const interrupted = error instanceof InterruptedError;
    const message = error instanceof Error ? error.message : String(error);
    try {
      await this.#log.write(
        interrupted
          ? message
          : `failed: ${message}
${framesOf(error)}`,
      );
      if (!interrupted) {
        await endStatus(this.#folder, this.#status, 'failed', message);
        await this.#tensorBoard.end(false);
      }
    } catch {}
    await this.#lock.release();
  }
}

/** What log.txt begins with. */
function describeStart(
  { planned: { experiment, plan }, data, weights }: RecorderOptions,
  { cifarRun, node, engine }: Environment,
): string {
  const { train, validation, classNames } = data;
  return [
    `cifar-run ${cifarRun} on Node ${node}, process ${process.pid}: ${experiment.name} ${plan.id}, seed ${experiment.seed}`,
    `engine: ${engine.name} ${engine.version} on ${engine.device}, ${engine.threads} threads`,
    `data: ${train.labels.length} training and ${validation.labels.length} validation images of ${classNames.length} classes, ${data.broken.length} broken`,
    `model: weights ${weights ?? 'random'}`,
  ].join('\n');
}

/** Where an error comes from, without its message. */
function framesOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map((line) => line.trim())
    .join('\n');
}
