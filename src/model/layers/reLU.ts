import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

export const reLU: LayerKind = elementwise({
  kind: 'reLU',
  className: 'ReLU',
  main: 'maxValue',
  args: ['maxValue'],
  flops: 1,
});
