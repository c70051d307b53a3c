import * as tf from '@tensorflow/tfjs';
import { chooseCompiler } from '../../src/engine/engine.ts';
import { startEngine } from '../../src/engine/start-engine.ts';

/** Runs a step with random numbers, a gradient and an update twice. Prints the compiler and the updated weights. */

const engine = await startEngine({
  threads: 2,
  compiler: chooseCompiler(true),
  verbose: false,
  report: () => {},
});
const variable = tf.variable(tf.linspace(-1, 1, 12).reshape([3, 4]));
const momentum = tf.variable(tf.zeros([3, 4]));
const velocity = tf.variable(tf.zeros([3, 4]));
const step = engine.compile(([x, key]) => {
  const mask = engine.randomMask([2, 4], 0.25, key as tf.Tensor1D);
  const loss = () => (x as tf.Tensor2D).matMul(variable).relu().mul(mask).square().sum<tf.Scalar>();
  const { value, grads } = tf.variableGrads(loss, [variable]);
  engine.fused?.adam({
    variable,
    momentum,
    velocity,
    gradient: grads[variable.name] as tf.Tensor,
    learningRate: tf.scalar(0.1),
    beta1Power: tf.scalar(0.9),
    beta2Power: tf.scalar(0.999),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
  });
  return [value];
});
const x = tf.ones([2, 3]);
for (const key of [1, 2]) tf.dispose(await step.run([x, tf.tensor1d([key, 7], 'int32')]));
engine.syncVariables();
const { compiler } = engine;
process.stdout.write(JSON.stringify({ compiler, weights: [...variable.dataSync()] }));
