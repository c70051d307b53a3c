import { formatJson } from '../../common/format.ts';
import type { Json } from '../../common/json.ts';
import type { Experiment, PhaseConfig, Settings } from '../../experiment/experiment.ts';

import type { EpochRecord } from '../../train/callbacks.ts';
import {
  EventsFile,
  type HParams,
  hparamsEnd,
  hparamsStart,
  image,
  scalar,
} from './events-file.ts';

/** A row of TensorBoard's HParams page. */
export interface HParamsRow {
  /** The id of the run; the page joins the runs of one group. */
  readonly group: string;
  /** The settings that a sweep gives the run, keyed by path. Each is a column. */
  readonly swept: Settings;
}

/** Writes a run for TensorBoard: scalars by epoch, hyperparameters, images. */
export class TensorBoard {
  readonly #events: EventsFile;
  #epoch = 0;

  private constructor(events: EventsFile) {
    this.#events = events;
  }

  static async start(
    folder: string,
    experiment: Experiment,
    { group, swept }: HParamsRow,
  ): Promise<TensorBoard> {
    const events = await EventsFile.create(folder);
    const settings = Object.entries(swept).map(([path, value]) => [path, hparamOf(value)]);
    const hparams = { ...hparamsOf(experiment), ...Object.fromEntries(settings) };
    await events.add(0, [hparamsStart(hparams, group)]);
    return new TensorBoard(events);
  }

  /** Discards the scalars after this number of epochs. */
  async resumeAfter(epochs: number): Promise<void> {
    this.#epoch = epochs;
    await this.#events.restart(epochs + 1);
  }

  async epoch({ epoch, train, validation, learningRate }: EpochRecord): Promise<void> {
    this.#epoch = epoch;
    const scalars = [
      ...Object.entries(train).map(([name, value]) => scalar(`${name}/train`, value)),
      ...Object.entries(validation).map(([name, value]) => scalar(`${name}/validation`, value)),
      scalar('learning_rate', learningRate),
    ];
    await this.#events.add(epoch, scalars);
  }

  async image(name: string, png: Uint8Array): Promise<void> {
    await this.#events.add(this.#epoch, [image(name, png)]);
  }

  async end(succeeded: boolean): Promise<void> {
    await this.#events.add(this.#epoch, [hparamsEnd(succeeded)]);
  }
}

/** The page shows numbers and text. */
function hparamOf(value: Json): string | number {
  return typeof value === 'number' ? value : formatJson(value);
}

/** The main settings, keyed by their path in the experiment file as in a sweep. */
function hparamsOf({ seed, data, model, phases }: Experiment): HParams {
  const { from, weights } = model.backbone;
  return {
    seed,
    'data.dataset': data.dataset,
    'data.preprocess': data.preprocess,
    'model.backbone': from.kind === 'named' ? from.name : from.kind,
    'model.backbone.weights': weights ?? from.kind,
    ...Object.assign({}, ...phases.map(phaseHParams)),
  };
}

function phaseHParams({ name, epochs, batchSize, optimizer }: PhaseConfig): HParams {
  const { learningRate } = optimizer;
  const phase = `phases.${name}`;
  return {
    [`${phase}.epochs`]: epochs,
    [`${phase}.batchSize`]: batchSize,
    [`${phase}.optimizer.name`]: optimizer.name,
    [`${phase}.optimizer.learningRate`]:
      typeof learningRate === 'number' ? learningRate : learningRate.schedule,
  };
}
