import * as tf from '@tensorflow/tfjs';
import { InputError } from '../../common/errors.ts';
import { engineKey, type StreamKey } from '../../common/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { AugmentConfig } from '../../experiment/experiment.ts';
import { rotate, translate, zoom } from './affine.ts';
import type { AugmentKind, LabelledBatch } from './augment.ts';
import { brightness, colorJitter, contrast } from './color.ts';
import { crop, flip } from './crop.ts';
import { cutout, randomErasing } from './erase.ts';
import { cutmix, mixup } from './mix.ts';

/** All augmentations, by their names in experiment files. */
export const augmentKinds: ReadonlyMap<string, AugmentKind> = new Map(
  [
    flip,
    crop,
    rotate,
    zoom,
    translate,
    brightness,
    contrast,
    colorJitter,
    cutout,
    randomErasing,
    mixup,
    cutmix,
  ].map((kind) => [kind.kind, kind]),
);

/**
 * Draws the random values of one step, as inputs of a compiled function: the keys of the uniform numbers,
 * `[draws, 2]`, then the results of `draw`. The same key gives the same values.
 */
export function drawAugmentations(
  augment: readonly AugmentConfig[],
  count: number,
  key: StreamKey,
): tf.Tensor[] {
  if (augment.length === 0) return [];
  const uniformKeys: [number, number][] = [];
  const mixing: tf.Tensor[] = [];
  augment.forEach(({ kind, args }, index) => {
    const augmentation = kindOf(kind);
    const ownKey = [...key, index, kind];
    for (let draw = 0; draw < augmentation.uniforms; draw++)
      uniformKeys.push(engineKey([...ownKey, draw]));
    for (const values of augmentation.draw?.(count, args, ownKey) ?? [])
      mixing.push(tf.tensor1d(values));
  });
  return [tf.tensor2d(uniformKeys.flat(), [uniformKeys.length, 2], 'int32'), ...mixing];
}

/** Applies the augmentations in their order, with the values drawn for this step. Call it within `tf.tidy`. */
export function applyAugmentations(
  batch: LabelledBatch,
  augment: readonly AugmentConfig[],
  engine: Engine,
  [uniformKeys, ...mixing]: readonly tf.Tensor[],
): LabelledBatch {
  let end = 0;
  return augment.reduce((changed, { kind, args }) => {
    const augmentation = kindOf(kind);
    let next = end;
    end += augmentation.uniforms;
    const uniform = (shape: readonly number[]) => {
      if (next === end)
        throw new RangeError(
          `${kind} draws more than its ${augmentation.uniforms} uniform tensors`,
        );
      const key = (uniformKeys as tf.Tensor2D).slice([next++, 0], [1, 2]).reshape<tf.Tensor1D>([2]);
      return engine.randomUniform(shape, key);
    };
    const drawn = augmentation.draw ? (mixing.splice(0, 2) as [tf.Tensor1D, tf.Tensor1D]) : null;
    return augmentation.apply(changed, args, { uniform, mixing: drawn });
  }, batch);
}

/** Draws and applies the augmentations of one batch. */
export function augmentBatch(
  batch: LabelledBatch,
  augment: readonly AugmentConfig[],
  engine: Engine,
  key: StreamKey,
): LabelledBatch {
  const drawn = drawAugmentations(augment, batch.x.shape[0], key);
  return applyAugmentations(batch, augment, engine, drawn);
}

function kindOf(kind: string): AugmentKind {
  const known = augmentKinds.get(kind);
  if (known) return known;
  throw new InputError(
    `augmentation "${kind}" is unknown; known are ${[...augmentKinds.keys()].join(', ')}`,
  );
}
