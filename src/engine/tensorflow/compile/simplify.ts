import type { GraphOutput } from '../c-api.ts';
import { DType } from '../dtypes.ts';
import type { Values } from '../handles.ts';
import type { Operation } from './graph.ts';

/** What an operation is recorded among. */
export interface Surroundings {
  /** The operation that gives a tensor; none for what a run begins with. */
  source(output: GraphOutput): Operation | undefined;
  shape(output: GraphOutput): readonly number[] | null;
  constant(shape: readonly number[], dtype: number, values: Values): GraphOutput;
  /** Records another operation, and tells its first output. */
  give(operation: Operation): GraphOutput;
}

/** What gives the same as an operation's first output from less work; `null` where it does not apply. */
type Simplification = (
  operation: Operation,
  output: GraphOutput,
  around: Surroundings,
) => GraphOutput | null;

/** A reshape to the shape that a tensor has: between two operations it keeps TensorFlow from fusing them. */
const sameShape: Simplification = ({ inputs: [x] }, output, { shape }) => {
  const same = x && `${shape(x)}` === `${shape(output)}`;
  return same ? x : null;
};

type FiveOutputs = [GraphOutput, GraphOutput, GraphOutput, GraphOutput, GraphOutput];

/**
 * Normalization, by given means and variances, of images to which a bias was added: the means take it off
 * again. TensorFlow fuses a convolution with a normalization, but not with a bias between them.
 */
const biasedNormalization: Simplification = (normalization, _, { source, shape, give }) => {
  const [images, gamma, beta, mean, variance] = normalization.inputs as FiveOutputs;
  const sum = source(images);
  if (sum?.name !== 'Add') return null;
  const [unbiased, bias] = sum.inputs as [GraphOutput, GraphOutput];
  if (shape(bias)?.length !== 1 || shape(unbiased)?.length !== 4) return null;
  const center = give({ name: 'Sub', attributes: [], inputs: [mean, bias] });
  return give({ ...normalization, inputs: [unbiased, gamma, beta, center, variance] });
};

/**
 * Normalization, by given means and variances, of what a depthwise convolution gives: its filter is
 * multiplied by gamma / √(variance + epsilon), the rest is a bias. TensorFlow fuses other convolutions with
 * a normalization, these only with a bias.
 */
const normalizedDepthwise: Simplification = ({ inputs, attributes }, _, around) => {
  const [images, gamma, beta, mean, variance] = inputs as FiveOutputs;
  const convolution = around.source(images);
  if (convolution?.name !== 'DepthwiseConv2dNative') return null;
  const [x, filter] = convolution.inputs as [GraphOutput, GraphOutput];
  const channels = around.shape(filter)?.slice(2);
  const epsilon = attributes.find(({ name }) => name === 'epsilon')?.value;
  if (!channels || typeof epsilon !== 'number') return null;
  const from = (name: string, ...inputs: GraphOutput[]) =>
    around.give({ name, attributes: [], inputs });
  const added = around.constant([], DType.float32, Float32Array.of(epsilon));
  const scale = from('Mul', gamma, from('Rsqrt', from('AddV2', variance, added)));
  const perFilter = around.constant([channels.length], DType.int32, Int32Array.from(channels));
  const scaled = from('Mul', filter, from('Reshape', scale, perFilter));
  const y = around.give({ ...convolution, inputs: [x, scaled] });
  return from('BiasAdd', y, from('Sub', beta, from('Mul', mean, scale)));
};

const SIMPLIFICATIONS: Readonly<Record<string, readonly Simplification[]>> = {
  Reshape: [sameShape],
  FusedBatchNorm: [biasedNormalization, normalizedDepthwise],
};

/** For what TensorFlow's own optimizer of graphs leaves (tensorflow/core/grappler/optimizers/remapper.cc). */
export const simplify: Simplification = (operation, output, around) => {
  for (const simplification of SIMPLIFICATIONS[operation.name] ?? []) {
    const simpler = simplification(operation, output, around);
    if (simpler) return simpler;
  }
  return null;
};
