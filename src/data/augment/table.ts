import { rotate, translate, zoom } from './affine.ts';
import type { AugmentKind } from './augment.ts';
import { brightness, colorJitter, contrast } from './color.ts';
import { crop, flip } from './crop.ts';
import { cutout, randomErasing } from './erase.ts';
import { cutmix, mixup } from './mix.ts';

/** Every augmentation, by the name that experiment files use. */
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
