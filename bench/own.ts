import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../src/engine/engine.ts';
import { buildModel } from '../src/model/build.ts';
import { Objective } from '../src/train/objective.ts';
import { Optimizer } from '../src/train/optimizers/optimizer.ts';
import { TrainingStep } from '../src/train/step.ts';
import { trainedWeights } from '../src/train/weights.ts';
import type { Case } from './cases.ts';

/** Who is measured: does some steps, and says how many milliseconds one took. */
export interface Runner {
  readonly name: string;
  run(steps: number): Promise<number>;
  dispose(): void;
}

const CLASSES = 10;

/** cifar-run's own step on one batch, as its training loop runs it. */
export function ownRunner(name: string, engine: Engine, { graph, batchSize }: Case): Runner {
  const model = buildModel(graph, 0);
  const weights = trainedWeights(model, graph, {});
  const config = {
    name: 'adam',
    learningRate: 1e-3,
    weightDecay: null,
    clipNorm: null,
    globalClipNorm: null,
    clipValue: null,
    args: {},
  } as const;
  const optimizer = new Optimizer({
    config,
    weights,
    gradientAccumulation: 1,
    ema: null,
    fused: engine.fused,
  });
  const loss = {
    name: 'categoricalCrossentropy',
    labelSmoothing: 0,
    gamma: 2,
    alpha: 0.25,
  } as const;
  const objective = new Objective(loss, [{ name: 'accuracy', label: 'accuracy', k: null }]);
  const step = new TrainingStep({ model, weights, optimizer, objective, engine, seed: 0 });
  const x = tf.randomUniform<tf.Rank>([batchSize, ...graph.inputShape]) as tf.Tensor4D;
  const labels = Array.from({ length: batchSize }, (_, i) => i % CLASSES);
  const y = tf.tidy(() => tf.oneHot(labels, CLASSES).toFloat()) as tf.Tensor2D;
  let done = 0;
  return {
    name,
    async run(steps) {
      const begin = performance.now();
      for (let i = 0; i < steps; i++) {
        const measures = await step.run({ x, y }, { learningRate: 1e-4, step: done++ });
        tf.dispose(measures as tf.Tensor[]);
      }
      return (performance.now() - begin) / steps;
    },
    dispose() {
      step.dispose();
      optimizer.dispose();
      model.dispose();
      tf.dispose([x, y]);
    },
  };
}
