import * as tf from '@tensorflow/tfjs';
import type { StoredTensor } from '../model/weights/safetensors-bytes.ts';
import type { PhaseRun } from './epoch.ts';
import type { EarlyStoppingState, PlateauState } from './monitor.ts';
import type { TallyState } from './tally.ts';
import type { Counters } from './train.ts';

/** Where training stands between two steps, beside what is in tensors: plain JSON. */
export interface Position {
  readonly phase: string;
  /** Epochs of the phase that are done, their validation included. */
  readonly epochs: number;
  /** Batches done of the epoch after them. */
  readonly batch: number;
  /** Of the phases before this one, but for `batches` and `epochs`. */
  readonly counters: Counters;
  /** Batches that the phase's optimizer has counted. */
  readonly optimizerBatches: number;
  readonly tally: TallyState | null;
  readonly earlyStopping: EarlyStoppingState | null;
  readonly plateau: PlateauState | null;
  readonly stoppedEarly: string | null;
  readonly endsTraining: boolean;
}

/** All that the rest of a training depends on, so that it goes on as if it had never been interrupted. */
export interface TrainingState {
  readonly at: Position;
  /** `weights/…` of the model, `optimizer/…` with averages and accumulators, `best/…` to be brought back. */
  readonly tensors: readonly StoredTensor[];
}

/** Where the states of a training go, and when. */
export interface Checkpoints {
  /** @param batches of the whole training so far. */
  dueAfterStep(batches: number): boolean;
  /** @param epochs of the whole training so far. */
  dueAfterEpoch(epochs: number): boolean;
  /** Takes a state over; while it is written training may go on. */
  save(state: TrainingState): Promise<void>;
  /** Waits until all states are where they belong. */
  flush(): Promise<void>;
  /** The last state that can be read; `null` if there is none. */
  latest(): Promise<TrainingState | null>;
}

/** For a training that nobody will go on with. */
export const NO_CHECKPOINTS: Checkpoints = {
  dueAfterStep: () => false,
  dueAfterEpoch: () => false,
  save: async () => {},
  flush: async () => {},
  latest: async () => null,
};

/** The model's weights under the names that states have them under. */
export function namedWeights(model: tf.LayersModel): Map<string, tf.Variable> {
  return new Map(
    model.layers.flatMap((layer) =>
      layer.weights.map((weight) => [
        `${layer.name}/${weight.originalName.split('/').at(-1)}`,
        weight.read() as tf.Variable,
      ]),
    ),
  );
}

/** Between two steps. */
export async function captureState(run: PhaseRun): Promise<TrainingState> {
  const { model, phase, counters, trainee, state, engine } = run;
  engine.settle();
  await state.tally?.read();
  const weights = namedWeights(model);
  const { batches } = trainee.optimizer;
  const tensors = [
    ...(await stored('weights', weights)),
    // Before its first batch it is as it is made.
    ...(batches > 0 ? await stored('optimizer', trainee.optimizer.state) : []),
    ...(state.best ? await stored('best', zip(weights.keys(), state.best.values)) : []),
  ];
  return {
    at: {
      phase: phase.name,
      epochs: state.epochs,
      batch: state.batch,
      counters: { ...counters },
      optimizerBatches: batches,
      tally: state.tally?.state ?? null,
      earlyStopping: state.stopping?.state ?? null,
      plateau: state.plateau?.state ?? null,
      stoppedEarly: state.stoppedEarly,
      endsTraining: state.endsTraining,
    },
    tensors,
  };
}

/** Gives the model the weights of a state. */
export function restoreWeights(model: tf.LayersModel, { tensors }: TrainingState): void {
  assign('weights', namedWeights(model), tensors);
}

/** Gives a phase that begins the rest of a state. */
export function restorePhase(run: PhaseRun, { at, tensors }: TrainingState): void {
  const { model, trainee, state } = run;
  if (at.optimizerBatches > 0) assign('optimizer', trainee.optimizer.state, tensors);
  trainee.optimizer.batches = at.optimizerBatches;
  state.restore(at, trainee.objective);
  const best = tensors.filter(({ name }) => name.startsWith('best/'));
  if (best.length === 0) return;
  const byName = new Map(best.map(({ name, shape, data }) => [name, { shape, data }]));
  const values = [...namedWeights(model).keys()].map((name) => {
    const { data, shape } = byName.get(`best/${name}`) ?? missing(`best/${name}`);
    return tf.tensor(data, [...shape]);
  });
  state.best = new Snapshot(model, values);
}

/** The first tensor with a number that is NaN or infinite: such a state would only be gone back to in vain. */
export function firstNotFinite({ tensors }: TrainingState): string | null {
  return tensors.find(({ data }) => !Number.isFinite(sum(data)))?.name ?? null;
}

/** Not finite if one of them is not, and only then: a double holds the sum of any float32. */
function sum(values: Float32Array): number {
  const at = (i: number) => values[i] as number;
  const whole = values.length - (values.length % 4);
  let sum = 0;
  // By fours: each addition to `sum` waits for the one before. Tens of millions are summed at each checkpoint.
  for (let i = 0; i < whole; i += 4) sum += at(i) + at(i + 1) + (at(i + 2) + at(i + 3));
  for (let i = whole; i < values.length; i++) sum += at(i);
  return sum;
}

function zip(names: Iterable<string>, values: readonly tf.Tensor[]): Map<string, tf.Tensor> {
  return new Map([...names].map((name, i) => [name, values[i] as tf.Tensor]));
}

async function stored(
  part: string,
  tensors: ReadonlyMap<string, tf.Tensor>,
): Promise<StoredTensor[]> {
  const read: StoredTensor[] = [];
  for (const [name, tensor] of tensors) {
    // Not another copy of them: together they are three times the weights.
    const values = await tensor.data();
    const data = values instanceof Float32Array ? values : Float32Array.from(values);
    read.push({ name: `${part}/${name}`, shape: tensor.shape, data });
  }
  return read;
}

function assign(
  part: string,
  variables: ReadonlyMap<string, tf.Variable>,
  tensors: readonly StoredTensor[],
): void {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const [name, variable] of variables) {
    const { data } = byName.get(`${part}/${name}`) ?? missing(`${part}/${name}`);
    const value = tf.tensor(data, variable.shape);
    variable.assign(value);
    value.dispose();
  }
}

function missing(name: string): never {
  throw new Error(`the checkpoint holds no ${name}`);
}

/** All weights of a model as they were at one moment, running statistics included. */
export class Snapshot {
  /** In the order of the model's layers. */
  readonly values: readonly tf.Tensor[];
  readonly #model: tf.LayersModel;

  /** @param values of an earlier snapshot, taken over; left out: those that the model has now. */
  constructor(model: tf.LayersModel, values?: readonly tf.Tensor[]) {
    this.#model = model;
    this.values = values ?? weightsOf(model).map((weight) => weight.read().clone());
  }

  /** Puts the weights back. */
  restore(): void {
    weightsOf(this.#model).forEach((weight, i) => {
      weight.write(this.values[i] as tf.Tensor);
    });
  }

  dispose(): void {
    tf.dispose([...this.values]);
  }
}

function weightsOf(model: tf.LayersModel): tf.LayersModel['weights'] {
  return model.layers.flatMap((layer) => layer.weights);
}
