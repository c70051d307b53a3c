import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

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
