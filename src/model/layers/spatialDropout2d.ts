import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

/** Drops whole channels (Tompson et al. 2015). Does nothing outside training. */
export const spatialDropout2d: LayerKind = elementwise({
  kind: 'spatialDropout2d',
  className: 'SpatialDropout2D',
  main: 'rate',
  args: ['rate'],
  random: true,
  flops: 0,
});
