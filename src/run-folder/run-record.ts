import { dirname } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { InterruptedError } from '../common/errors.ts';
import { countOf, formatCount } from '../common/format.ts';
import { resolvedYaml } from '../config/resolved.ts';
import type { Dataset } from '../data/dataset.ts';
import { describePreprocessing, type Preprocessing } from '../data/preprocessing.ts';
import type { Engine } from '../engine/engine.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { formatMetric, toColumns } from '../experiment/metrics.ts';
import type { Plan } from '../plan/plan.ts';
import type {
  EpochRecord,
  Evaluation,
  PhaseBegin,
  PhaseEnd,
  TrainingCallback,
} from '../train/callbacks.ts';
import { formatFeaturesUse } from '../train/callbacks.ts';
import type { TrainingState } from '../train/state.ts';
import { writeArtifacts } from './artifacts.ts';
import { checkpointsPath } from './checkpoint-folder.ts';
import { collectEnvironment, type Environment, writeEnvironment } from './environment.ts';
import { writeExperimentFiles } from './experiment-files.ts';
import { evaluatedRun, type RunResult } from './finished-run.ts';
import { RunLog } from './log.ts';
import { MemoryWatch, memoryUse } from './memory.ts';
import { bestEpoch, finalMetrics, MetricsCsv } from './metrics-csv.ts';
import { saveModel, writePreprocessing } from './model.ts';
import { checkResumption } from './resumption.ts';
import { type PhaseHistory, RunCheckpoints } from './run-checkpoints.ts';
import { createRunFolder, runName } from './run-folder.ts';
import { RunLock, StatusWriter } from './status.ts';
import { nondeterminism, writeSummary } from './summary.ts';
import { sweptSettings } from './sweep-record.ts';
import { TensorBoard } from './tensorboard/tensorboard.ts';

export interface RecordOptions {
  /** Folder that contains all runs. */
  readonly runs: string;
  readonly planned: {
    readonly experiment: Experiment;
    /** The experiment file as the user wrote it. */
    readonly text: string;
    readonly plan: Pick<Plan, 'id' | 'imageShape'>;
  };
  readonly engine: Engine;
  readonly data: Dataset;
  /** The file of the backbone's initial weights; `null` if they are random. */
  readonly weights: string | null;
  /** Folder of the run to resume; `null` for a new run. */
  readonly unfinished: string | null;
}

/**
 * Opens the record of a run: creates its folder and writes the files that exist before training, or continues in the
 * folder of an unfinished run from its last checkpoint.
 * @throws InputError if that run is not the same; RunError if another process has it.
 */
export async function openRecord(options: RecordOptions): Promise<RunRecord> {
  const { runs, planned, unfinished } = options;
  const { experiment, text, plan } = planned;
  const folder =
    unfinished ?? (await createRunFolder({ runs, name: experiment.name, id: plan.id }));
  const lock = await RunLock.take(folder);
  try {
    const environment = await collectEnvironment({ ...options, seed: experiment.seed });
    const current = { resolvedYaml: resolvedYaml(experiment), environment };
    const notices = unfinished ? await checkResumption(folder, current) : [];
    const log = await RunLog.open(folder);
    const status = await StatusWriter.start(folder);
    await writeExperimentFiles(folder, text, experiment);
    await writeEnvironment(folder, environment);
    await log.write(describeStart(options, environment));
    const metrics = await MetricsCsv.open(
      folder,
      experiment.metrics.map(({ label }) => label),
    );
    const tensorBoard = await TensorBoard.start(folder, experiment, {
      group: plan.id,
      swept: await sweptSettings(dirname(folder), plan.id),
    });
    const record = new RunRecord(options, { folder, lock, log, status, metrics, tensorBoard });
    for (const line of notices) await log.notify(line);
    await record.checkpoints.open();
    await writePreprocessing(checkpointsPath(folder), preprocessingOf(options));
    if (unfinished) await record.resumeFromCheckpoint();
    return record;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The parts of a run's folder that change while it trains. */
interface RecordParts {
  readonly folder: string;
  readonly lock: RunLock;
  readonly log: RunLog;
  readonly status: StatusWriter;
  readonly metrics: MetricsCsv;
  readonly tensorBoard: TensorBoard;
}

/** Records a run in its folder: each epoch while it trains, then its results. */
export class RunRecord implements TrainingCallback {
  /** Path of the run's folder. */
  readonly folder: string;
  readonly checkpoints: RunCheckpoints;
  /** The state that training resumes from; `null` to train from the start. */
  resume: TrainingState | null = null;
  readonly #options: RecordOptions;
  readonly #parts: RecordParts;
  readonly #memory = new MemoryWatch();
  #phases: PhaseHistory = { ended: [], current: null };

  constructor(options: RecordOptions, parts: RecordParts) {
    this.folder = parts.folder;
    this.#options = options;
    this.#parts = parts;
    this.checkpoints = new RunCheckpoints({
      folder: parts.folder,
      config: options.planned.experiment.checkpoint,
      log: parts.log,
      history: () => this.#phases,
      bestEpoch: () => this.#bestEpoch(),
      metricsDigest: (epochs) => parts.metrics.digest(epochs),
    });
  }

  /** Restores the last checkpoint, if there is one, and discards the epochs after it. */
  async resumeFromCheckpoint(): Promise<void> {
    const { metrics, tensorBoard, log } = this.#parts;
    const state = await this.checkpoints.readLatest();
    const epochs = state?.at.counters.epochs ?? 0;
    await metrics.truncate(epochs, state?.metrics);
    await tensorBoard.resumeAfter(epochs);
    if (state === null) {
      await log.notify('resumes from the start: there is no checkpoint yet');
      return;
    }
    const { at, tensors, history } = state;
    this.#phases = history;
    this.resume = { at, tensors };
    await log.notify(
      `resumes from phase ${at.phase}, epoch ${at.epochs + 1}, batch ${at.batch + 1}`,
    );
  }

  /** Shows the notices so far and all later ones to the user. */
  showNotices(show: (line: string) => void): void {
    this.#parts.log.showNotices(show);
  }

  async note(line: string): Promise<void> {
    await this.#parts.log.write(line);
  }

  async retry(retries: number): Promise<void> {
    await this.#parts.status.retry(retries);
  }

  async phaseBegin(event: PhaseBegin): Promise<void> {
    this.#memory.phaseBegin();
    const { ended, current } = this.#phases;
    // A phase that resumes keeps the record of its start.
    if (current?.phase.name === event.phase.name) return;
    this.#phases = { ended, current: event };
    const { phase, trainableParameters, frozenParameters, features } = event;
    await this.note(
      `phase ${phase.name} begins: ${formatCount(trainableParameters)} parameters to train, ${formatCount(frozenParameters)} frozen`,
    );
    if (features) await this.note(`phase ${phase.name}: ${formatFeaturesUse(features)}`);
  }

  async epochEnd(record: EpochRecord): Promise<void> {
    const { lock, metrics, tensorBoard, log } = this.#parts;
    lock.throwIfLost();
    await metrics.append(record);
    await tensorBoard.epoch(record);
    const values = Object.entries(toColumns(record)).map(
      ([name, value]) => `${name} ${formatMetric(name, value)}`,
    );
    await log.write(`${record.phase} epoch ${record.phaseEpoch}: ${values.join(', ')}`);
    const warning = this.#memory.epochEnd(memoryUse());
    if (warning) await log.notify(warning);
  }

  async phaseEnd(event: PhaseEnd): Promise<void> {
    const { ended, current } = this.#phases;
    if (current) {
      const others = ended.filter(({ phase }) => phase.name !== event.phase.name);
      this.#phases = { ended: [...others, { ...current, ...event }], current };
    }
    const { phase, epochs, stoppedEarly, keptEpoch } = event;
    const why = stoppedEarly ? `: ${stoppedEarly}` : '';
    await this.note(
      `phase ${phase.name} ends after ${countOf(epochs, 'epoch')}${why}; epoch ${keptEpoch} kept`,
    );
  }

  /** Writes the results of a trained run and releases its folder. */
  async finish(
    model: tf.LayersModel,
    evaluation: Evaluation,
    signal: AbortSignal,
  ): Promise<RunResult> {
    const { planned, data, engine } = this.#options;
    const { experiment, plan } = planned;
    const { folder, lock, log, status, metrics, tensorBoard } = this.#parts;
    const { ended } = this.#phases;
    // The model comes first: charts can be drawn again, a model cannot.
    await saveModel(folder, model, preprocessingOf(this.#options));
    const nondeterministicOperations = engine.nondeterministicOperations();
    if (nondeterministicOperations.length > 0) {
      await log.notify(nondeterminism(nondeterministicOperations));
    }
    const run = evaluatedRun({ experiment, data, epochs: metrics.epochs, evaluation });
    await writeSummary(folder, {
      ...run,
      id: plan.id,
      phases: ended,
      parameters: model.countParams(),
      nondeterministicOperations,
      memory: this.#memory.summary(),
    });
    const onChart = (name: string, png: Buffer) => tensorBoard.image(name, png);
    const failedArtifacts = await writeArtifacts(folder, run, { signal, onChart });
    for (const { name, error } of failedArtifacts) {
      await log.notify(
        `${name} could not be written: ${error}. cifar-run artifacts ${runName(folder)} writes it again`,
      );
    }
    await tensorBoard.end(true);
    await this.checkpoints.end();
    const last = ended.at(-1);
    const stopped = last?.endsTraining ? last.stoppedEarly : null;
    const state = stopped === null ? 'finished' : 'stopped';
    await log.write(stopped === null ? state : `${state}: ${stopped}`);
    await status.end(state, { failedArtifacts });
    await lock.release();
    const kept = last ? { phase: last.phase.name, keptEpoch: last.keptEpoch } : null;
    return {
      folder,
      metrics: finalMetrics(metrics.epochs, kept, evaluation.metrics),
      stopped,
    };
  }

  /**
   * Records why the run did not finish. An interrupted run has neither finished nor failed, and a run that another
   * process took over is recorded by that process.
   * Never throws: the error to report is the one that made the run fail, and a full disk may be its cause.
   */
  async fail(error: unknown): Promise<void> {
    const { lock, log, status, tensorBoard } = this.#parts;
    if (!lock.isHeld()) return;
    try {
      if (error instanceof InterruptedError) {
        await log.write(error.message);
      } else {
        await log.writeError(error);
        await status.end('failed', {
          error: error instanceof Error ? error.message : String(error),
        });
        await tensorBoard.end(false);
      }
    } catch {}
    await lock.release();
  }

  #bestEpoch(): EpochRecord | null {
    const { current } = this.#phases;
    if (!current) return null;
    const { phase } = current;
    const own = this.#parts.metrics.epochs.filter((record) => record.phase === phase.name);
    return bestEpoch(own, phase);
  }
}

function preprocessingOf({ planned, data }: RecordOptions): Preprocessing {
  const { experiment, plan } = planned;
  return describePreprocessing(experiment, plan.imageShape, data.classNames);
}

/** The first lines of log.txt. */
function describeStart(
  { planned: { experiment, plan }, data, weights }: RecordOptions,
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
