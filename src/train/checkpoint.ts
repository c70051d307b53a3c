import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine/engine.ts';
import type { PhaseConfig } from '../experiment/experiment.ts';
import type { StoredTensor } from '../model/weights/safetensors.ts';
import { type Counters, type PhaseState, Snapshot, type TrainingState } from './state.ts';
import type { Learner } from './step.ts';

/** The stateful parts of a phase. */
interface StatefulPhase {
  readonly model: tf.LayersModel;
  readonly phase: PhaseConfig;
  readonly counters: Counters;
  readonly learner: Learner;
  readonly state: PhaseState;
  readonly engine: Engine;
}

/** Copies the state of training between two steps. */
export async function captureState(run: StatefulPhase): Promise<TrainingState> {
  const { model, phase, counters, learner, state, engine } = run;
  engine.syncVariables();
  await state.metrics?.read();
  const weights = namedWeights(model);
  const { batches } = learner.optimizer;
  const tensors = [
    ...(await readTensors('weights', weights)),
    // Before its first batch, an optimizer has its initial state.
    ...(batches > 0 ? await readTensors('optimizer', learner.optimizer.state) : []),
    ...(state.best ? await readTensors('best', zip(weights.keys(), state.best.values)) : []),
  ];
  return {
    at: {
      phase: phase.name,
      epochs: state.epochs,
      batch: state.batch,
      counters: { ...counters },
      optimizerBatches: batches,
      tally: state.metrics?.state ?? null,
      earlyStopping: state.stopping?.state ?? null,
      plateau: state.plateau?.state ?? null,
      stoppedEarly: state.stoppedEarly,
      endsTraining: state.endsTraining,
    },
    tensors,
  };
}

/** Writes the weights of a state into the model. */
export function restoreWeights(model: tf.LayersModel, { tensors }: TrainingState): void {
  assign('weights', namedWeights(model), tensors);
}

/** Restores the other parts of a state into a phase that begins. */
export function restorePhase(run: StatefulPhase, { at, tensors }: TrainingState): void {
  const { model, learner, state } = run;
  if (at.optimizerBatches > 0) assign('optimizer', learner.optimizer.state, tensors);
  learner.optimizer.batches = at.optimizerBatches;
  state.restore(at, learner.objective);
  if (!tensors.some(({ name }) => name.startsWith('best/'))) return;
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const values = [...namedWeights(model).keys()].map((name) => {
    const { data, shape } = byName.get(`best/${name}`) ?? missing(`best/${name}`);
    return tf.tensor(data, [...shape]);
  });
  state.best = new Snapshot(model, values);
}

/** Returns the model's weights by their names in checkpoints, e.g. `conv1/kernel`. */
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

/** Returns the name of the first tensor with a NaN or infinite number. Training cannot resume from such a state. */
export function firstNonFinite({ tensors }: TrainingState): string | null {
  return tensors.find(({ data }) => !Number.isFinite(sum(data)))?.name ?? null;
}

/** Returns a finite number if and only if all values are finite: a double holds the sum of any float32. */
function sum(values: Float32Array): number {
  const at = (i: number) => values[i] as number;
  const whole = values.length - (values.length % 4);
  let sum = 0;
  // Each addition to `sum` waits for the one before, so four values are added at a time. A checkpoint has
  // tens of millions of values.
  for (let i = 0; i < whole; i += 4) sum += at(i) + at(i + 1) + (at(i + 2) + at(i + 3));
  for (let i = whole; i < values.length; i++) sum += at(i);
  return sum;
}

function zip(names: Iterable<string>, values: readonly tf.Tensor[]): Map<string, tf.Tensor> {
  return new Map([...names].map((name, i) => [name, values[i] as tf.Tensor]));
}

async function readTensors(
  part: string,
  tensors: ReadonlyMap<string, tf.Tensor>,
): Promise<StoredTensor[]> {
  const read: StoredTensor[] = [];
  for (const [name, tensor] of tensors) {
    // No second copy of float32 values: all tensors together are three times the weights.
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
  throw new Error(`the checkpoint has no tensor ${name}`);
}
