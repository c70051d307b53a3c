import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../src/engine/engine.ts';
import { buildModel } from '../../src/model/build.ts';
import { forward } from '../../src/train/step.ts';
import { benchGraph } from '../models.ts';
import type { DoWork, StepWork } from '../task.ts';

/** Forward passes of one batch, as in evaluation. */
export async function inference(
  { model: name, batch, precision }: StepWork,
  engine: Engine,
): Promise<DoWork> {
  const graph = await benchGraph(name);
  const model = buildModel(graph, 0);
  const pass = ([x]: readonly tf.Tensor[]) => [forward(model, x as tf.Tensor, false).probabilities];
  const compiled = engine.compile(pass, { precision });
  const x = tf.randomUniform([batch, ...graph.inputShape]);
  return async (passes) => {
    for (let i = 0; i < passes; i++) {
      const [probabilities] = await compiled.run([x]);
      await probabilities?.data();
      tf.dispose(probabilities);
    }
    return {};
  };
}
