import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

/** Adds noise of mean 0. Does nothing outside training. */
export const gaussianNoise: LayerKind = elementwise({
  kind: 'gaussianNoise',
  className: 'GaussianNoise',
  main: 'stddev',
  args: ['stddev'],
  random: true,
  flops: 0,
});
