import { formatJson } from '../../common/format.ts';
import type { Json } from '../../common/json.ts';
import type { Experiment, PhaseConfig, Settings } from '../../experiment/experiment.ts';

import type { EpochRecord } from '../../train/callbacks.ts';
import { EventsFile, now } from './events-file.ts';
import { type HParams, hparamsBegin, hparamsEnd, image, scalar } from './summaries.ts';

/** A row of TensorBoard's HParams page. */
export interface HParamsRow {
  /** Runs that the page takes for one: those of one id. */
  readonly group: string;
  /** What a sweep sets of the run, by paths: columns beside those that all runs have. */
  readonly swept: Settings;
}

/** What TensorBoard shows of a run: scalars by epoch, hyperparameters, images. */
export class TensorBoard {
  readonly #events: EventsFile;
  #epoch = 0;

  private constructor(events: EventsFile) {
    this.#events = events;
  }

  static async begin(
    folder: string,
    experiment: Experiment,
    { group, swept }: HParamsRow,
  ): Promise<TensorBoard> {
    const events = await EventsFile.begin(folder);
    const hparams = {
      ...hparamsOf(experiment),
      ...Object.fromEntries(Object.entries(swept).map(ofSetting)),
    };
    await events.add(0, [hparamsBegin(hparams, group, now())]);
    return new TensorBoard(events);
  }

  /** What was drawn after so many epochs is to be forgotten. */
  async goOnAfter(epochs: number): Promise<void> {
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
    await this.#events.add(this.#epoch, [hparamsEnd(succeeded, now())]);
  }
}

/** The page knows numbers and texts. */
function ofSetting([path, value]: [string, Json]): [string, string | number] {
  return [path, typeof value === 'number' ? value : formatJson(value)];
}

/** Under their paths in the experiment file, as a sweep names them too. */
function hparamsOf({ seed, data, model, phases }: Experiment): HParams {
  const { from, weights } = model.backbone;
  return {
    seed,
    'data.dataset': data.dataset,
    'data.preprocess': data.preprocess,
    'model.backbone': from.kind === 'named' ? from.name : from.kind,
    'model.backbone.weights': weights ?? from.kind,
    ...Object.assign({}, ...phases.map(ofPhase)),
  };
}

function ofPhase({ name, epochs, batchSize, optimizer }: PhaseConfig): HParams {
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
