import * as tf from '@tensorflow/tfjs';
import type { AugmentConfig } from '../../config/experiment.ts';
import type { Engine } from '../../engine/engine.ts';
import { InputError } from '../../errors.ts';
import { engineKey, type StreamKey } from '../../random.ts';
import type { LabelledBatch } from './augment.ts';
import { augmentKinds } from './table.ts';

/** Makes the random changes of one step in the order given; call it within `tf.tidy`. */
export function augmentBatch(
  batch: LabelledBatch,
  augment: readonly AugmentConfig[],
  engine: Engine,
  key: StreamKey,
): LabelledBatch {
  return augment.reduce((changed, { kind, args }, place) => {
    const augmentation = augmentKinds.get(kind);
    if (!augmentation)
      throw new InputError(
        `augmentation "${kind}" is unknown; known are ${[...augmentKinds.keys()].join(', ')}`,
      );
    let draws = 0;
    const ownKey = [...key, place, kind];
    const uniform = (shape: readonly number[]) =>
      engine.randomUniform(shape, engineKey([...ownKey, draws++]));
    return augmentation.apply(changed, args, { tf, uniform, key: ownKey });
  }, batch);
}
