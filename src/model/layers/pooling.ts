import { elements, image, padding, pair } from './args.ts';
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
      const [height, width, channels] = image(inputs);
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
    outputShape: (inputs) => [image(inputs)[2]],
    weights: () => [],
    flops: (inputs) => elements(image(inputs)),
  };
}

export const maxPooling2d = pooling('maxPooling2d', 'MaxPooling2D');

export const averagePooling2d = pooling('averagePooling2d', 'AveragePooling2D');

export const globalAveragePooling2d = globalPooling(
  'globalAveragePooling2d',
  'GlobalAveragePooling2D',
);

export const globalMaxPooling2d = globalPooling('globalMaxPooling2d', 'GlobalMaxPooling2D');
