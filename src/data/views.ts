import type { AugmentConfig } from '../config/experiment.ts';
import { flipAxes } from './augment/flip.ts';

/** A way to see a picture: the axes of NHWC along which it is mirrored. */
export type View = readonly number[];

export const asItIs: View = [];

/** All views that random changes may give a picture, itself first; `null` where they are without number. */
export function viewsOf(augment: readonly AugmentConfig[]): readonly View[] | null {
  const [first, ...more] = augment;
  if (!first) return [asItIs];
  if (first.kind !== 'flip' || more.length > 0) return null;
  const axes = flipAxes[first.args.direction as string] ?? [];
  const views: View[] = [asItIs];
  for (const axis of axes) views.push(...views.map((view) => [...view, axis]));
  return views;
}
