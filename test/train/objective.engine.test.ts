import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { Objective } from '../../src/train/objective.ts';
import { useEngine } from '../engine.ts';

describe('the loss with class weights', () => {
  useEngine();
  const config = {
    name: 'categoricalCrossentropy',
    labelSmoothing: 0,
    gamma: 2,
    alpha: 0.25,
  } as const;
  const logits = [
    [0.2, 1, -0.5],
    [2, 0.1, 0.3],
    [-1, 0, 1.5],
    [0.4, 0.4, 0.1],
  ];
  /** The last label is mixed. */
  const labels = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0.3, 0.7, 0],
  ];

  /** Computes the losses of a model without weights. */
  function losses(classWeights: readonly number[] | null) {
    const input = tf.input({ shape: [3] });
    const output = tf.layers.softmax().apply(input) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: output });
    const objective = new Objective(config, [], classWeights);
    const scores = tf.tensor2d(logits);
    const predictions = { probabilities: scores.softmax<tf.Tensor2D>(), logits: scores };
    const y = tf.tensor2d(labels);
    return {
      training: objective.trainingLoss(model, y, predictions).dataSync()[0],
      validation: objective.loss(model, y, predictions).dataSync()[0],
    };
  }

  it("equals Keras' loss in training, and ignores the weights in validation", () => {
    // Keras 3: model.train_on_batch(x, y), without and with class_weight={0: 2.0, 1: 0.5}.
    const [plain, weighted] = [1.1939475536346436, 1.123130440711975];
    expect(losses(null).training).to.be.closeTo(plain, 1e-6);
    const { training, validation } = losses([2, 0.5, 1]);
    expect(training).to.be.closeTo(weighted, 1e-6);
    expect(validation).to.be.closeTo(plain, 1e-6);
  });
});
