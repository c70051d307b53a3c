import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import type { GraphNode, Shape } from '../../model/graph.ts';
import { border, elementCount, padding, pair } from '../../model/layers/args.ts';
import type { OnnxGraph, Value } from './graph.ts';

/** A weight of a layer, in the layout of Keras. */
export interface Weight {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A layer of the network, with what its operations need. */
export interface LayerContext {
  readonly graph: OnnxGraph;
  readonly args: LayerArgs;
  /** The inputs of the layer and their shapes without the batch axis, channels last. */
  readonly inputs: readonly Value[];
  readonly shapes: readonly Shape[];
  readonly outputShape: Shape;
  /** @throws Error if the layer has no such weight. */
  weight(name: string): Weight;
  has(name: string): boolean;
}

type Writer = (layer: LayerContext) => Value;

/**
 * Adds the operations of a layer to a graph.
 * @throws InputError for a layer that this version cannot write.
 */
export function writeLayer({ kind, name }: GraphNode, layer: LayerContext): Value {
  const writer = WRITERS[kind];
  if (writer) return activated(layer, kind === 'activation' ? first(layer) : writer(layer));
  throw new InputError(`layer ${name}: ${kind} cannot be exported to ONNX`);
}

/** Tensors have the channels last; ONNX' convolutions and poolings take them first. Runtimes drop opposite transposes. */
const CHANNELS_FIRST = [0, 3, 1, 2];
const CHANNELS_LAST = [0, 2, 3, 1];

function first({ inputs }: LayerContext): Value {
  return inputs[0] as Value;
}

function shapeOf({ shapes }: LayerContext): Shape {
  return shapes[0] as Shape;
}

/** Layers that do nothing when they predict. */
const identity: Writer = first;

const dense: Writer = (layer) => {
  const { graph, weight, has } = layer;
  const kernel = weight('kernel');
  const product = graph.add('MatMul', [first(layer), graph.floats(kernel.data, kernel.shape)]);
  return has('bias') ? graph.add('Add', [product, graph.floats(weight('bias').data)]) : product;
};

const conv2d: Writer = (layer) => {
  const { data, shape } = layer.weight('kernel');
  // From [height, width, in, out] to [out, in, height, width].
  return convolution(layer, first(layer), transposed(data, shape, [3, 2, 0, 1]), 1);
};

const depthwiseConv2d: Writer = (layer) => {
  return convolution(layer, first(layer), depthwiseKernel(layer), shapeOf(layer)[2] ?? 0);
};

const separableConv2d: Writer = (layer) => {
  const pointwise = layer.weight('pointwise_kernel');
  const between = { ...layer, has: () => false };
  const x = convolution(between, first(layer), depthwiseKernel(layer), shapeOf(layer)[2] ?? 0);
  const [height = 0, width = 0] = layer.outputShape;
  const plain = { ...layer, args: {}, shapes: [[height, width, pointwise.shape[2] ?? 0]] };
  return convolution(plain, x, transposed(pointwise.data, pointwise.shape, [3, 2, 0, 1]), 1);
};

/** From [height, width, channels, multiplier] to [channels * multiplier, 1, height, width]. */
function depthwiseKernel({ weight }: LayerContext): Weight {
  const { data, shape } = weight('depthwise_kernel');
  const [rows = 0, columns = 0, channels = 0, multiplier = 0] = shape;
  const { data: values } = transposed(data, shape, [2, 3, 0, 1]);
  return { data: values, shape: [channels * multiplier, 1, rows, columns] };
}

/** Adds a convolution with its bias. @param kernel [out, in / groups, height, width] */
function convolution(layer: LayerContext, x: Value, kernel: Weight, group: number): Value {
  const { graph, args, weight, has } = layer;
  const [rows = 0, columns = 0] = kernel.shape.slice(2);
  const strides = pair(args, 'strides', [1, 1]);
  const dilations = pair(args, 'dilationRate', [1, 1]);
  const window = [(rows - 1) * dilations[0] + 1, (columns - 1) * dilations[1] + 1] as const;
  const inputs = [channelsFirst(graph, x), graph.floats(kernel.data, kernel.shape)];
  if (has('bias')) inputs.push(graph.floats(weight('bias').data));
  const attributes = { strides, dilations, group, pads: padsOf(layer, window, strides) };
  return channelsLast(graph, graph.add('Conv', inputs, attributes));
}

const conv2dTranspose: Writer = (layer) => {
  const { graph, args, weight, has, outputShape } = layer;
  const { data, shape } = weight('kernel');
  const strides = pair(args, 'strides', [1, 1]);
  const input = shapeOf(layer);
  // As much as the convolution that this is the gradient of pads, or less than nothing.
  const excess = [0, 1].map(
    (axis) =>
      ((input[axis] ?? 0) - 1) * (strides[axis] ?? 1) +
      (shape[axis] ?? 0) -
      (outputShape[axis] ?? 0),
  );
  const before = excess.map((total) => Math.floor(Math.max(0, total) / 2));
  const after = excess.map((total, axis) => Math.max(0, total) - (before[axis] ?? 0));
  // From [height, width, out, in] to [in, out, height, width].
  const kernel = transposed(data, shape, [3, 2, 0, 1]);
  const inputs = [channelsFirst(graph, first(layer)), graph.floats(kernel.data, kernel.shape)];
  if (has('bias')) inputs.push(graph.floats(weight('bias').data));
  const attributes = {
    strides,
    pads: [...before, ...after],
    output_padding: excess.map((total) => Math.max(0, -total)),
  };
  return channelsLast(graph, graph.add('ConvTranspose', inputs, attributes));
};

function pooling(type: 'MaxPool' | 'AveragePool'): Writer {
  return (layer) => {
    const { graph, args } = layer;
    const window = pair(args, 'poolSize', [2, 2]);
    const strides = pair(args, 'strides', window);
    const attributes = { kernel_shape: window, strides, pads: padsOf(layer, window, strides) };
    const x = channelsFirst(graph, first(layer));
    return channelsLast(graph, graph.add(type, [x], attributes));
  };
}

/** TensorFlow's padding, with the larger half after the image. */
function padsOf(
  layer: LayerContext,
  window: readonly [number, number],
  strides: readonly [number, number],
): number[] {
  if (padding(layer.args) === 'valid') return [0, 0, 0, 0];
  const totals = ([0, 1] as const).map((axis) => {
    const size = shapeOf(layer)[axis] ?? 0;
    const output = Math.ceil(size / strides[axis]);
    return Math.max(0, (output - 1) * strides[axis] + window[axis] - size);
  });
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, axis) => total - (before[axis] ?? 0))];
}

function globalPooling(type: 'ReduceMean' | 'ReduceMax'): Writer {
  return (layer) => {
    const axes = layer.graph.integers([1, 2]);
    return layer.graph.add(type, [first(layer), axes], { keepdims: 0 });
  };
}

const batchNormalization: Writer = (layer) => {
  const { graph, args, weight, has } = layer;
  const { data: mean } = weight('moving_mean');
  const { data: variance } = weight('moving_variance');
  const gamma = has('gamma') ? weight('gamma').data : null;
  const beta = has('beta') ? weight('beta').data : null;
  const epsilon = numberOf(args.epsilon, 1e-3);
  const scale = Array.from(variance, (v, i) => (gamma?.[i] ?? 1) / Math.sqrt(v + epsilon));
  const offset = scale.map((factor, i) => (beta?.[i] ?? 0) - (mean[i] ?? 0) * factor);
  return affine(graph, first(layer), scale, offset);
};

const layerNormalization: Writer = (layer) => {
  const { graph, args, weight, has } = layer;
  const channels = shapeOf(layer).at(-1) ?? 0;
  const gamma = has('gamma') ? weight('gamma').data : new Float32Array(channels).fill(1);
  const inputs = [first(layer), graph.floats(gamma)];
  if (has('beta')) inputs.push(graph.floats(weight('beta').data));
  const epsilon = { float: numberOf(args.epsilon, 1e-3) };
  return graph.add('LayerNormalization', inputs, { axis: shapeOf(layer).length, epsilon });
};

const rescaling: Writer = (layer) => {
  const { scale, offset = 0 } = layer.args;
  return affine(layer.graph, first(layer), numbersOf(scale), numbersOf(offset));
};

/** x * scale + offset, by channel. */
function affine(
  graph: OnnxGraph,
  x: Value,
  scale: readonly number[],
  offset: readonly number[],
): Value {
  return graph.add('Add', [graph.add('Mul', [x, graph.floats(scale)]), graph.floats(offset)]);
}

const reshape: Writer = (layer) => {
  const shape = layer.graph.integers([-1, ...layer.outputShape]);
  return layer.graph.add('Reshape', [first(layer), shape]);
};

const permute: Writer = (layer) => {
  const dims = layer.args.dims as readonly number[];
  return layer.graph.add('Transpose', [first(layer)], { perm: [0, ...dims] });
};

const zeroPadding2d: Writer = (layer) => {
  const [[top, bottom], [left, right]] = border(layer.args, 'padding', 1);
  const pads = layer.graph.integers([0, top, left, 0, 0, bottom, right, 0]);
  return layer.graph.add('Pad', [first(layer), pads]);
};

const cropping2d: Writer = (layer) => {
  const [[top], [left]] = border(layer.args, 'cropping', 0);
  const [height = 0, width = 0] = layer.outputShape;
  const bounds = [
    [top, left],
    [top + height, left + width],
    [1, 2],
  ].map((each) => layer.graph.integers(each));
  return layer.graph.add('Slice', [first(layer), ...bounds]);
};

const upSampling2d: Writer = (layer) => {
  const { graph, args } = layer;
  const scales = graph.floats([1, 1, ...pair(args, 'size', [2, 2])]);
  const isLinear = args.interpolation === 'bilinear';
  const x = channelsFirst(graph, first(layer));
  const resized = graph.add('Resize', [x, '', scales], {
    mode: isLinear ? 'linear' : 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  return channelsLast(graph, resized);
};

function merging(type: string): Writer {
  return ({ graph, inputs }) =>
    inputs.slice(1).reduce((sum, each) => graph.add(type, [sum, each]), inputs[0] as Value);
}

const average: Writer = (layer) => {
  const sum = merging('Add')(layer);
  return layer.graph.add('Div', [sum, layer.graph.scalar(layer.inputs.length)]);
};

const concatenate: Writer = (layer) =>
  layer.graph.add('Concat', layer.inputs, { axis: shapeOf(layer).length });

const reLU: Writer = (layer) => {
  const { graph, args } = layer;
  const { maxValue = null } = args;
  if (maxValue === null) return graph.add('Relu', [first(layer)]);
  return graph.add('Clip', [first(layer), graph.scalar(0), graph.scalar(numberOf(maxValue, 6))]);
};

const leakyReLU: Writer = (layer) => {
  const alpha = { float: numberOf(layer.args.alpha, 0.3) };
  return layer.graph.add('LeakyRelu', [first(layer)], { alpha });
};

const softmaxOf = (graph: OnnxGraph, x: Value, rank: number) =>
  graph.add('Softmax', [x], { axis: rank });

const softmax: Writer = (layer) => softmaxOf(layer.graph, first(layer), shapeOf(layer).length);

/** The layers by their kinds. */
const WRITERS: Readonly<Record<string, Writer>> = {
  dense,
  dropout: identity,
  gaussianNoise: identity,
  gaussianDropout: identity,
  spatialDropout2d: identity,
  activation: identity,
  batchNormalization,
  layerNormalization,
  rescaling,
  flatten: reshape,
  reshape,
  permute,
  zeroPadding2d,
  cropping2d,
  upSampling2d,
  globalAveragePooling2d: globalPooling('ReduceMean'),
  globalMaxPooling2d: globalPooling('ReduceMax'),
  conv2d,
  depthwiseConv2d,
  separableConv2d,
  conv2dTranspose,
  maxPooling2d: pooling('MaxPool'),
  averagePooling2d: pooling('AveragePool'),
  reLU,
  leakyReLU,
  elu: (layer) => layer.graph.add('Elu', [first(layer)]),
  softmax,
  add: merging('Add'),
  multiply: merging('Mul'),
  maximum: merging('Max'),
  average,
  concatenate,
};

type Activation = (graph: OnnxGraph, x: Value, rank: number) => Value;

const operation =
  (type: string): Activation =>
  (graph, x) =>
    graph.add(type, [x]);

const silu: Activation = (graph, x) => graph.add('Mul', [x, graph.add('Sigmoid', [x])]);

/** The activations by their names in experiment files. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: operation('Relu'),
  relu6: (graph, x) => graph.add('Clip', [x, graph.scalar(0), graph.scalar(6)]),
  elu: operation('Elu'),
  selu: operation('Selu'),
  sigmoid: operation('Sigmoid'),
  silu,
  swish: silu,
  gelu(graph, x) {
    const erf = graph.add('Erf', [graph.add('Mul', [x, graph.scalar(Math.SQRT1_2)])]);
    const share = graph.add('Add', [erf, graph.scalar(1)]);
    return graph.add('Mul', [graph.add('Mul', [x, share]), graph.scalar(0.5)]);
  },
  mish: (graph, x) => {
    return graph.add('Mul', [x, graph.add('Tanh', [graph.add('Softplus', [x])])]);
  },
  softmax: softmaxOf,
  logSoftmax: (graph, x, rank) => graph.add('LogSoftmax', [x], { axis: rank }),
  softplus: operation('Softplus'),
  softsign: operation('Softsign'),
  tanh: operation('Tanh'),
};

function activated({ graph, args, outputShape }: LayerContext, x: Value): Value {
  const { activation = 'linear' } = args;
  const write = ACTIVATIONS[String(activation)];
  if (write) return write(graph, x, outputShape.length);
  throw new InputError(`the activation ${activation} cannot be exported to ONNX`);
}

function channelsFirst(graph: OnnxGraph, x: Value): Value {
  return graph.add('Transpose', [x], { perm: CHANNELS_FIRST });
}

function channelsLast(graph: OnnxGraph, x: Value): Value {
  return graph.add('Transpose', [x], { perm: CHANNELS_LAST });
}

/** Reorders the axes of a weight of four axes. */
function transposed(data: Float32Array, shape: Shape, order: readonly number[]): Weight {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const [a = 0, b = 0, c = 0, d = 0] = order.map((axis) => shape[axis] ?? 0);
  const [sa = 0, sb = 0, sc = 0, sd = 0] = order.map((axis) => strides[axis] ?? 0);
  const values = new Float32Array(data.length);
  let at = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++)
        for (let l = 0; l < d; l++)
          values[at++] = data[i * sa + j * sb + k * sc + l * sd] as number;
  return { data: values, shape: [a, b, c, d] };
}

function numberOf(value: Json | undefined, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function numbersOf(value: Json | undefined): number[] {
  return [value].flat().map((each) => numberOf(each as Json, 0));
}
