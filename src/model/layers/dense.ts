import { elements, only, positiveInteger } from './args.ts';
import { bias, kernel, kernelFlops, type LayerKind } from './layer.ts';

/** Acts on the last axis, as in Keras: [4, 4, 512] becomes [4, 4, units]. */
export const dense: LayerKind = {
  kind: 'dense',
  className: 'Dense',
  main: 'units',
  args: [
    'units',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
    'kernelRegularizer',
    'biasRegularizer',
  ],
  outputShape: (inputs, args) => [...only(inputs).slice(0, -1), positiveInteger(args, 'units')],
  weights(inputs, args) {
    const units = positiveInteger(args, 'units');
    return [kernel('kernel', [only(inputs).at(-1) ?? 0, units]), ...bias(args, units)];
  },
  flops(inputs, args) {
    const output = dense.outputShape(inputs, args);
    return kernelFlops(args, output, elements(only(inputs)) * positiveInteger(args, 'units'));
  },
};
