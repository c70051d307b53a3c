import type { Precision } from '../../../experiment/experiment.ts';
import { DType } from '../attributes.ts';
import type { GraphOutput } from '../c-api.ts';
import type { Values } from '../handles.ts';
import type { Operation } from './graph.ts';

/** The part of a recording that simplifications use. */
export interface GraphRecorder {
  /** The precision in which TensorFlow will compute the operations. */
  readonly precision: Precision;
  /** Returns the operation that computes a tensor; `undefined` for inputs and variables. */
  source(output: GraphOutput): Operation | undefined;
  shape(output: GraphOutput): readonly number[] | null;
  constant(shape: readonly number[], dtype: number, values: Values): GraphOutput;
  /** Records an operation, and returns its first output. */
  record(operation: Operation): GraphOutput;
}

/** Computes the first output of an operation in a cheaper way; returns `null` if it does not apply. */
type Simplification = (
  operation: Operation,
  output: GraphOutput,
  recorder: GraphRecorder,
) => GraphOutput | null;

/** Removes a reshape to the same shape, which would prevent TensorFlow from fusing the operations around it. */
const sameShape: Simplification = ({ inputs: [x] }, output, { shape }) => {
  const same = x && `${shape(x)}` === `${shape(output)}`;
  return same ? x : null;
};

type FiveOutputs = [GraphOutput, GraphOutput, GraphOutput, GraphOutput, GraphOutput];

/**
 * Removes a bias before a batch normalization with fixed mean and variance, by subtracting it from the mean. TensorFlow
 * fuses a convolution and a normalization, but not with a bias between them.
 */
const biasedNormalization: Simplification = (normalization, _, { source, shape, record }) => {
  const [images, gamma, beta, mean, variance] = normalization.inputs as FiveOutputs;
  const sum = source(images);
  if (sum?.name !== 'Add') return null;
  const [unbiased, bias] = sum.inputs as [GraphOutput, GraphOutput];
  if (shape(bias)?.length !== 1 || shape(unbiased)?.length !== 4) return null;
  const center = record({ name: 'Sub', attributes: [], inputs: [mean, bias] });
  return record({ ...normalization, inputs: [unbiased, gamma, beta, center, variance] });
};

/**
 * Replaces a batch normalization with fixed mean and variance after a convolution that TensorFlow does not fuse with it: a
 * depthwise one, or in bfloat16 any. The filter is multiplied by gamma / √(variance + epsilon), and the rest is a bias, which
 * TensorFlow fuses.
 */
const normalizedConvolution: Simplification = ({ inputs, attributes }, _, recorder) => {
  const [images, gamma, beta, mean, variance] = inputs as FiveOutputs;
  const convolution = recorder.source(images);
  const isDepthwise = convolution?.name === 'DepthwiseConv2dNative';
  const isDense = convolution?.name === 'Conv2D' && recorder.precision === 'bfloat16';
  if (!isDepthwise && !isDense) return null;
  const [x, filter] = convolution.inputs as [GraphOutput, GraphOutput];
  const channels = recorder.shape(filter)?.slice(isDepthwise ? 2 : 3);
  const epsilon = attributes.find(({ name }) => name === 'epsilon')?.value;
  if (!channels || typeof epsilon !== 'number') return null;
  const add = (name: string, ...inputs: GraphOutput[]) =>
    recorder.record({ name, attributes: [], inputs });
  const epsilonConstant = recorder.constant([], DType.float32, Float32Array.of(epsilon));
  const scale = add('Mul', gamma, add('Rsqrt', add('AddV2', variance, epsilonConstant)));
  const filterShape = recorder.constant([channels.length], DType.int32, Int32Array.from(channels));
  const scaled = add('Mul', filter, add('Reshape', scale, filterShape));
  const y = recorder.record({ ...convolution, inputs: [x, scaled] });
  return add('BiasAdd', y, add('Sub', beta, add('Mul', mean, scale)));
};

const SIMPLIFICATIONS: Readonly<Record<string, readonly Simplification[]>> = {
  Reshape: [sameShape],
  FusedBatchNorm: [biasedNormalization, normalizedConvolution],
};

/** Applies simplifications that TensorFlow's graph optimizer lacks (tensorflow/core/grappler/optimizers/remapper.cc). */
export const simplify: Simplification = (operation, output, recorder) => {
  for (const simplification of SIMPLIFICATIONS[operation.name] ?? []) {
    const simpler = simplification(operation, output, recorder);
    if (simpler) return simpler;
  }
  return null;
};
