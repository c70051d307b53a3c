import type { OptimizerConfig } from '../../experiment/experiment.ts';
import { adadelta } from './adadelta.ts';
import { adagrad } from './adagrad.ts';
import { adam } from './adam.ts';
import { adamax } from './adamax.ts';
import { nadam } from './nadam.ts';
import { rmsprop } from './rmsprop.ts';
import type { OptimizerKind } from './rule.ts';
import { sgd } from './sgd.ts';

/** All optimizers, by their names in experiment files. Loading the table does not load TensorFlow.js. */
export const optimizers: Readonly<Record<OptimizerConfig['name'], OptimizerKind>> = {
  sgd,
  adam,
  // Only its default weight decay differs, which the schema states.
  adamw: adam,
  rmsprop,
  adagrad,
  adadelta,
  adamax,
  nadam,
};
