import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { startEngine } from '../../../src/engine/start-engine.ts';
import { TensorFlowError } from '../../../src/engine/tensorflow/context.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { prepareTraining } from '../../../src/run-experiment.ts';
import { evaluate } from '../../../src/train/evaluate.ts';
import { train } from '../../../src/train/train.ts';
import { planned, quietly } from '../../planned-runs.ts';
import { valuesOfDefinition } from '../schema-values.ts';
import { target } from '../target.ts';

const NAMES = ['input', 'first', 'second', 'x-1', 'a.b'];

const drawn = (definition: string) => valuesOfDefinition(definition, NAMES);
/** The default of the schema in most cases, so that few values decide whether the whole is valid. */
const rarely = (definition: string) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { arbitrary: drawn(definition), weight: 1 },
  );

const experiments = fc.record({
  inputShape: fc.tuple(fc.constantFrom(7, 8, 1), fc.constantFrom(8, 9, 2), fc.constantFrom(1, 3)),
  layers: fc.array(drawn('layer'), { minLength: 1, maxLength: 3 }),
  loss: rarely('loss'),
  precision: rarely('precision'),
  metrics: fc.array(drawn('metric'), { maxLength: 2 }),
  optimizer: fc.oneof(fc.constant('sgd'), drawn('optimizer')),
  augment: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(drawn('augmentation'), { maxLength: 2 }) },
  ),
  evaluate: rarely('evaluate'),
  phase: fc.record(
    {
      batchSize: fc.integer({ min: 1, max: 7 }),
      gradientAccumulation: fc.integer({ min: 1, max: 3 }),
      earlyStopping: drawn('earlyStopping'),
      reduceOnPlateau: drawn('reduceOnPlateau'),
      ema: drawn('ema'),
    },
    { requiredKeys: [] },
  ),
});

type Parts = typeof experiments extends fc.Arbitrary<infer Value> ? Value : never;

const onLayers = (...layers: unknown[]): Parts => ({
  ...{ inputShape: [7, 8, 1], layers, metrics: [], optimizer: 'sgd', augment: [], phase: {} },
  ...{ loss: undefined, precision: undefined, evaluate: undefined },
});

const FOUND: readonly Parts[] = [
  onLayers({ elu: 0 }),
  onLayers({ zeroPadding2d: [0, [0, 0]] }),
  onLayers({ cropping2d: [[0, 0], 0] }),
  onLayers({ separableConv2d: { filters: 1, kernelSize: 1 } }),
  {
    ...onLayers({ conv2d: { filters: 1, kernelSize: [1000, 1], padding: 'same' } }),
    inputShape: [28, 28, 1] as never,
  },
  onLayers('globalAveragePooling2d', 'flatten', 'flatten'),
  onLayers({ reshape: [-1] }),
];

/** The text of an experiment on six digits. Its last layers make any output of the drawn layers fit the labels. */
function experimentText(parts: Parts): string {
  const { inputShape, layers, phase, optimizer, augment, ...rest } = parts;
  const end = ['flatten', { dense: { units: 10, activation: 'softmax', name: 'predictions' } }];
  return stringify({
    ...rest,
    data: { dataset: 'digits', validation: 0.3, limit: 10, preprocess: 'scale', augment },
    model: { backbone: { inputShape, layers: [] }, head: [...layers, ...end] },
    phases: [{ ...phase, name: 'train', epochs: 1, optimizer }],
  });
}

/** Too large to train in a second: that is slow or takes memory, as it must. */
function isLarge({ flops, phases }: Plan): boolean {
  const bytes = phases.flatMap(({ memory }) => Object.values(memory) as number[]);
  return flops > 1e8 || Math.max(...bytes) > 1e8;
}

/** TensorFlow refuses an operation that `check` has accepted. */
function isMistake(error: unknown): error is TensorFlowError {
  return error instanceof TensorFlowError && error.code === 'INVALID_ARGUMENT';
}

/** Whatever `check` accepts builds and trains, or ends with a sentence. */
export const randomExperiments = target<Parts>({
  name: 'experiments',
  weight: 6,
  async prepare(folder) {
    const file = join(folder, 'experiment.yaml');
    await startEngine({ threads: null, verbose: false, compiler: 'graph', report: () => {} });
    return {
      cases: experiments,
      found: FOUND,
      async run(parts) {
        await writeFile(file, experimentText(parts));
        const experiment = await planned(file);
        if (isLarge(experiment.plan)) return;
        const training = await prepareTraining(experiment, quietly(folder));
        try {
          await train({ ...training, callbacks: [] });
          await evaluate(training);
        } catch (error) {
          if (isMistake(error)) throw new Error(error.message, { cause: error });
          throw error;
        } finally {
          training.model.dispose();
        }
      },
    };
  },
});
