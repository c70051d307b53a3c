import type { AugmentKind } from './augment.ts';
import { brightness } from './brightness.ts';
import { contrast } from './contrast.ts';
import { crop } from './crop.ts';
import { cutout } from './cutout.ts';
import { flip } from './flip.ts';
import { mixup } from './mixup.ts';

/** Every augmentation, by the name that experiment files use. */
export const augmentKinds: ReadonlyMap<string, AugmentKind> = new Map(
  [flip, crop, cutout, brightness, contrast, mixup].map((kind) => [kind.kind, kind]),
);
