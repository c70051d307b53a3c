import { countOf } from '../common/format.ts';
import type { PhaseConfig } from '../experiment/experiment.ts';
import type { LayerSummary } from '../model/shapes.ts';

/**
 * The moving statistics of a batch normalization are an average over about 1 / (1 - momentum) steps, and lag behind the
 * weights that a phase changes. With a momentum of 0.99, all of efficientnetLite0 classified 26 % of the test images of
 * CIFAR-10 after 782 steps and 73 % after 1,564, and with 0.9 more than 86 %.
 */
const WINDOWS = 20;
const KERAS_MOMENTUM = 0.99;

/**
 * Returns a warning if a phase has too few steps for the statistics of the batch normalizations that it trains; `null` if it
 * has enough.
 *
 * @param images the number of training images, or more; `null` if it is not known
 */
export function statisticsWarning(
  images: number | null,
  { epochs, batchSize }: PhaseConfig,
  trained: readonly LayerSummary[],
): string | null {
  const normalizations = trained.filter(({ kind }) => kind === 'batchNormalization');
  if (images === null || normalizations.length === 0) return null;
  const momenta = normalizations.map(({ args }) => args.momentum ?? KERAS_MOMENTUM);
  const momentum = Math.max(...momenta.filter((each) => typeof each === 'number'));
  const steps = epochs * Math.ceil(images / batchSize);
  // Rounded, because 1 - 0.99 is a little more than 0.01.
  const needed = Math.round(WINDOWS / (1 - momentum));
  if (steps >= needed) return null;
  return (
    `trains ${countOf(steps, 'step')}, too few for the moving statistics of its batch normalizations: with momentum ${momentum} ` +
    `they follow the weights after about ${needed} steps. model.backbone.batchNormalization: { momentum: 0.9 } sets another momentum`
  );
}
