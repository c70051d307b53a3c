import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

/** Srivastava et al. 2014; what stays is divided by 1 - rate. Does nothing outside training. */
export const dropout: LayerKind = elementwise({
  kind: 'dropout',
  className: 'Dropout',
  main: 'rate',
  args: ['rate'],
  flops: 0,
});
