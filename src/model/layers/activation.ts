import { elementwise, type LayerKind } from './layer.ts';

export const activation: LayerKind = elementwise({
  kind: 'activation',
  className: 'Activation',
  main: 'activation',
  args: ['activation'],
  flops: 1,
});

export const reLU: LayerKind = elementwise({
  kind: 'reLU',
  className: 'ReLU',
  main: 'maxValue',
  args: ['maxValue'],
  flops: 1,
});

export const leakyReLU: LayerKind = elementwise({
  kind: 'leakyReLU',
  className: 'LeakyReLU',
  main: 'alpha',
  args: ['alpha'],
  flops: 2,
});

export const elu: LayerKind = elementwise({
  kind: 'elu',
  className: 'ELU',
  main: 'alpha',
  args: ['alpha'],
  flops: 2,
});

export const softmax: LayerKind = elementwise({
  kind: 'softmax',
  className: 'Softmax',
  main: 'axis',
  args: ['axis'],
  flops: 3,
});
