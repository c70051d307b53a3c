import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

export const activation: LayerKind = elementwise({
  kind: 'activation',
  className: 'Activation',
  main: 'activation',
  args: ['activation'],
  flops: 1,
});
