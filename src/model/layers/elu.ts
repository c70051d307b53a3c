import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

export const elu: LayerKind = elementwise({
  kind: 'elu',
  className: 'ELU',
  main: 'alpha',
  args: ['alpha'],
  flops: 2,
});
