import koffi from 'koffi';

/** The arithmetic of kernels on GPUs. TensorFlow has one for the whole process; it is read when a kernel starts. */
export interface GpuArithmetic {
  /** Convolutions and matrix products of float32 round their operands to TF32, with 10 bits of mantissa. */
  readonly tf32: boolean;
  /** Kernels add in a fixed order, which is slower. Kernels without such a form fail. */
  readonly deterministic: boolean;
}

/**
 * Returns a function that sets the arithmetic. TensorFlow's C API lacks it, so its C++ functions are called by their
 * names. Source: tsl/platform/tensor_float_32_utils.h, tsl/util/determinism.h.
 *
 * @param framework path of `libtensorflow_framework`
 */
export function gpuArithmetic(framework: string): (arithmetic: GpuArithmetic) => void {
  const library = koffi.load(framework);
  const setTf32 = library.func('void _ZN3tsl32enable_tensor_float_32_executionEb(bool)');
  const setDeterministic = library.func('void _ZN3tsl19EnableOpDeterminismEb(bool)');
  const isRefused = process.env.TF_DETERMINISTIC_OPS === '0';
  return ({ tf32, deterministic }) => {
    setTf32(tf32);
    setDeterministic(deterministic && !isRefused);
  };
}

/**
 * The operations that have no deterministic kernel for GPUs. Source: the errors of TensorFlow 2.21, "Determinism is not
 * yet supported …" and "A deterministic GPU implementation of … is not currently available".
 */
const NONDETERMINISTIC = new Set([
  'AdjustContrast',
  'AdjustContrastv2',
  'Bincount',
  'CropAndResizeGradBoxes',
  'CropAndResizeGradImage',
  'DenseBincount',
  'Dilation2DBackpropFilter',
  'Dilation2DBackpropInput',
  'MaxPoolGradWithArgmax',
  'ResizeNearestNeighborGrad',
  'SoftmaxCrossEntropyWithLogits',
  'SparseSoftmaxCrossEntropyWithLogits',
  'SparseTensorDenseMatMul',
  'UnsortedSegmentSum',
]);

interface Attribute {
  readonly name: string;
  readonly value: unknown;
}

/** Returns true if an operation has no deterministic kernel for GPUs. */
export function isNondeterministic(name: string, attributes: readonly Attribute[]): boolean {
  if (NONDETERMINISTIC.has(name)) return true;
  // With running statistics instead of those of the batch.
  const isTraining = attributes.find((attribute) => attribute.name === 'is_training');
  return name.startsWith('FusedBatchNormGrad') && isTraining?.value === false;
}
