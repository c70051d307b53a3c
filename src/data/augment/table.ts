import type { AugmentKind } from './augment.ts';
import { brightness } from './brightness.ts';
import { colorJitter } from './color-jitter.ts';
import { contrast } from './contrast.ts';
import { crop } from './crop.ts';
import { cutmix } from './cutmix.ts';
import { cutout } from './cutout.ts';
import { flip } from './flip.ts';
import { mixup } from './mixup.ts';
import { randomErasing } from './random-erasing.ts';
import { rotate } from './rotate.ts';
import { translate } from './translate.ts';
import { zoom } from './zoom.ts';

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
