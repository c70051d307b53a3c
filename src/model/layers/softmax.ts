import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

export const softmax: LayerKind = elementwise({
  kind: 'softmax',
  className: 'Softmax',
  main: 'axis',
  args: ['axis'],
  flops: 3,
});
