import { elementwise, type LayerKind } from './layer.ts';

/**
 * Srivastava et al. 2014; what stays is divided by 1 - rate. Does nothing outside training.
 * `noiseShape` has the batch axis first; `null` is the input's own size, 1 shares one draw.
 */
export const dropout: LayerKind = elementwise({
  kind: 'dropout',
  className: 'Dropout',
  main: 'rate',
  args: ['rate', 'noiseShape'],
  random: true,
  flops: 0,
});

/** Drops whole channels (Tompson et al. 2015). Does nothing outside training. */
export const spatialDropout2d: LayerKind = elementwise({
  kind: 'spatialDropout2d',
  className: 'SpatialDropout2D',
  main: 'rate',
  args: ['rate'],
  random: true,
  flops: 0,
});

/** Adds noise of mean 0. Does nothing outside training. */
export const gaussianNoise: LayerKind = elementwise({
  kind: 'gaussianNoise',
  className: 'GaussianNoise',
  main: 'stddev',
  args: ['stddev'],
  random: true,
  flops: 0,
});

/** Multiplies by noise of mean 1 and deviation √(rate / (1 - rate)). Does nothing outside training. */
export const gaussianDropout: LayerKind = elementwise({
  kind: 'gaussianDropout',
  className: 'GaussianDropout',
  main: 'rate',
  args: ['rate'],
  random: true,
  flops: 0,
});
