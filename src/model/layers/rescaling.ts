import { elementwise } from './elementwise.ts';
import type { LayerKind } from './layer.ts';

/** x · scale + offset; each may be a list, one number a channel. */
export const rescaling: LayerKind = elementwise({
  kind: 'rescaling',
  className: 'Rescaling',
  main: 'scale',
  args: ['scale', 'offset'],
  flops: 2,
});
