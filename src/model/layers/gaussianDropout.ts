import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

/** Multiplies by noise of mean 1 and deviation √(rate / (1 - rate)). Does nothing outside training. */
export const gaussianDropout: LayerKind = elementwise({
  kind: 'gaussianDropout',
  className: 'GaussianDropout',
  main: 'rate',
  args: ['rate'],
  random: true,
  flops: 0,
});
