import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

export const leakyReLU: LayerKind = elementwise({
  kind: 'leakyReLU',
  className: 'LeakyReLU',
  main: 'alpha',
  args: ['alpha'],
  flops: 2,
});
