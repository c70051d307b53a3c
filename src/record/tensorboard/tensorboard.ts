import type { Experiment, PhaseConfig } from '../../config/experiment.ts';
import type { EpochRecord } from '../../train/callbacks.ts';
import { EventsFile, now } from './events-file.ts';
import { type HParams, hparamsBegin, hparamsEnd, image, scalar } from './summaries.ts';

/** What TensorBoard shows of a run: scalars by epoch, hyperparameters, pictures. */
export class TensorBoard {
  readonly #events: EventsFile;
  #epoch = 0;

  private constructor(events: EventsFile) {
    this.#events = events;
  }

  /** @param group what the HParams page takes for one: runs of one id. */
  static async begin(folder: string, experiment: Experiment, group: string): Promise<TensorBoard> {
    const events = await EventsFile.begin(folder);
    await events.add(0, [hparamsBegin(hparamsOf(experiment), group, now())]);
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

  async picture(name: string, png: Uint8Array): Promise<void> {
    await this.#events.add(this.#epoch, [image(name, png)]);
  }

  async end(succeeded: boolean): Promise<void> {
    await this.#events.add(this.#epoch, [hparamsEnd(succeeded, now())]);
  }
}

function hparamsOf({ seed, data, model, phases }: Experiment): HParams {
  const { from, weights } = model.backbone;
  return {
    seed,
    dataset: data.dataset,
    preprocess: data.preprocess,
    backbone: from.kind === 'named' ? from.name : from.kind,
    weights: weights ?? from.kind,
    ...Object.assign({}, ...phases.map(ofPhase)),
  };
}

function ofPhase({ name, epochs, batchSize, optimizer }: PhaseConfig): HParams {
  const { learningRate } = optimizer;
  return {
    [`${name}.epochs`]: epochs,
    [`${name}.batchSize`]: batchSize,
    [`${name}.optimizer`]: optimizer.name,
    [`${name}.learningRate`]:
      typeof learningRate === 'number' ? learningRate : learningRate.schedule,
  };
}
