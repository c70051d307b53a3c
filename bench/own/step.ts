import * as tf from '@tensorflow/tfjs';
import type { Examples } from '../../src/data/batches/batches.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { buildModel } from '../../src/model/build.ts';
import { Objective } from '../../src/train/objective.ts';
import { Optimizer } from '../../src/train/optimizers/optimizer.ts';
import { trainedWeights } from '../../src/train/phase.ts';
import { TrainingStep } from '../../src/train/step.ts';
import { benchGraph } from '../models.ts';
import type { DoWork, StepWork } from '../task.ts';

const CLASSES = 10;

/** Training steps with Adam on one batch, as in the training loop. */
export async function step(
  { model: name, batch, precision }: StepWork,
  engine: Engine,
): Promise<DoWork> {
  const graph = await benchGraph(name);
  const model = buildModel(graph, 0);
  const weights = trainedWeights(model, graph, {});
  const config = {
    name: 'adam',
    learningRate: 1e-4,
    weightDecay: null,
    clipNorm: null,
    globalClipNorm: null,
    clipValue: null,
    args: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
  } as const;
  const { fused } = engine;
  const optimizer = new Optimizer({ config, weights, gradientAccumulation: 1, ema: null, fused });
  const loss = {
    name: 'categoricalCrossentropy',
    labelSmoothing: 0,
    gamma: 2,
    alpha: 0.25,
  } as const;
  const objective = new Objective(loss, [{ name: 'accuracy', label: 'accuracy', k: null }]);
  const batches = { read: ([x, y]: readonly tf.Tensor[]) => ({ x, y }) as Examples };
  const training = new TrainingStep({
    model,
    weights,
    optimizer,
    objective,
    engine,
    batches,
    precision,
    seed: 0,
  });
  const x = tf.randomUniform<tf.Rank>([batch, ...graph.inputShape]) as tf.Tensor4D;
  const labels = Array.from({ length: batch }, (_, i) => i % CLASSES);
  const y = tf.tidy(() => tf.oneHot(labels, CLASSES).toFloat()) as tf.Tensor2D;
  let done = 0;
  return async (steps) => {
    for (let i = 0; i < steps; i++) {
      const measures = await training.run({ inputs: [x, y] }, { learningRate: 1e-4, step: done++ });
      if (i === steps - 1) await measures[0]?.data();
      tf.dispose(measures as tf.Tensor[]);
    }
    return {};
  };
}
