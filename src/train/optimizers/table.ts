import type { OptimizerConfig } from '../../experiment/experiment.ts';
import { adadelta } from './adadelta.ts';
import { adagrad } from './adagrad.ts';
import { adam, adamw } from './adam.ts';
import { adamax } from './adamax.ts';
import { nadam } from './nadam.ts';
import { rmsprop } from './rmsprop.ts';
import type { OptimizerKind } from './rule.ts';
import { sgd } from './sgd.ts';

/** Every optimizer that an experiment file can name; reading it loads no TensorFlow.js. */
export const optimizers: Readonly<Record<OptimizerConfig['name'], OptimizerKind>> = {
  sgd,
  adam,
  adamw,
  rmsprop,
  adagrad,
  adadelta,
  adamax,
  nadam,
};
