import { elements, padding, pair, picture } from './args.ts';
import { slide } from './convolution.ts';
import type { LayerKind } from './layer.ts';

/** A window that slides over each channel; strides default to the window. */
export function pooling(kind: string, className: string): LayerKind {
  const layer: LayerKind = {
    kind,
    className,
    main: 'poolSize',
    args: ['poolSize', 'strides', 'padding'],
    outputShape(inputs, args) {
      const [height, width, channels] = picture(inputs);
      const window = pair(args, 'poolSize', [2, 2]);
      const strides = pair(args, 'strides', window);
      return [...slide([height, width], window, strides, padding(args)), channels];
    },
    weights: () => [],
    flops: (inputs, args) =>
      elements(layer.outputShape(inputs, args)) * elements(pair(args, 'poolSize', [2, 2])),
  };
  return layer;
}

/** One number for each channel. */
export function globalPooling(kind: string, className: string): LayerKind {
  return {
    kind,
    className,
    args: [],
    outputShape: (inputs) => [picture(inputs)[2]],
    weights: () => [],
    flops: (inputs) => elements(picture(inputs)),
  };
}
