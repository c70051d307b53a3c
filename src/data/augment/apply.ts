import * as tf from '@tensorflow/tfjs';
import { InputError } from '../../common/errors.ts';
import { engineKey, type StreamKey } from '../../common/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { AugmentConfig } from '../../experiment/experiment.ts';
import type { AugmentKind, LabelledBatch } from './augment.ts';
import { augmentKinds } from './table.ts';

/**
 * All that the random changes of one step depend on, as inputs of a compiled function: the keys of its uniform
 * numbers, `[draws, 2]`, then what the augmentations draw themselves. The same key gives the same.
 */
export function drawChanges(
  augment: readonly AugmentConfig[],
  count: number,
  key: StreamKey,
): tf.Tensor[] {
  if (augment.length === 0) return [];
  const keys: [number, number][] = [];
  const own: tf.Tensor[] = [];
  augment.forEach(({ kind, args }, place) => {
    const augmentation = kindOf(kind);
    const ownKey = [...key, place, kind];
    for (let draw = 0; draw < augmentation.uniforms; draw++)
      keys.push(engineKey([...ownKey, draw]));
    for (const values of augmentation.draw?.(count, args, ownKey) ?? [])
      own.push(tf.tensor1d(values));
  });
  return [tf.tensor2d(keys.flat(), [keys.length, 2], 'int32'), ...own];
}

/** Makes the random changes of one step in the order given; call it within `tf.tidy`. */
export function applyChanges(
  batch: LabelledBatch,
  augment: readonly AugmentConfig[],
  engine: Engine,
  [keys, ...own]: readonly tf.Tensor[],
): LabelledBatch {
  let before = 0;
  return augment.reduce((changed, { kind, args }) => {
    const augmentation = kindOf(kind);
    let next = before;
    before += augmentation.uniforms;
    const uniform = (shape: readonly number[]) => {
      if (next === before) throw new RangeError(`${kind} draws more often than it says`);
      const key = (keys as tf.Tensor2D).slice([next++, 0], [1, 2]).reshape<tf.Tensor1D>([2]);
      return engine.randomUniform(shape, key);
    };
    const drawn = augmentation.draw ? (own.splice(0, 2) as [tf.Tensor1D, tf.Tensor1D]) : null;
    return augmentation.apply(changed, args, { tf, uniform, drawn });
  }, batch);
}

/** Both at once. */
export function augmentBatch(
  batch: LabelledBatch,
  augment: readonly AugmentConfig[],
  engine: Engine,
  key: StreamKey,
): LabelledBatch {
  return applyChanges(batch, augment, engine, drawChanges(augment, batch.x.shape[0], key));
}

function kindOf(kind: string): AugmentKind {
  const known = augmentKinds.get(kind);
  if (known) return known;
  throw new InputError(
    `augmentation "${kind}" is unknown; known are ${[...augmentKinds.keys()].join(', ')}`,
  );
}
