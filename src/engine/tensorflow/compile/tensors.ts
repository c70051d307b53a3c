import type * as tf from '@tensorflow/tfjs';
import type { OpAttribute } from '../attributes.ts';
import type { Binding } from '../binding.ts';
import type { TensorMetadata } from '../handles.ts';
import type { NodeJSKernelBackend } from '../kernels.ts';

/** What is needed of tfjs-node's backend; its declaration keeps some of it private. */
interface Backend {
  getDTypeInteger(dtype: tf.DataType): number;
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
}

/** tfjs tensors and the ids under which the binding knows them. */
export class Tensors {
  readonly binding: Binding;
  readonly #backend: Backend;

  constructor(binding: Binding, backend: NodeJSKernelBackend) {
    this.binding = binding;
    this.#backend = backend as unknown as Backend;
  }

  dtype(tensor: tf.Tensor): number {
    return this.#backend.getDTypeInteger(tensor.dtype);
  }

  ids(tensors: readonly tf.Tensor[]): number[] {
    return this.#backend.getInputTensorIds(tensors);
  }

  /** Of values that only compiled functions have. */
  standIn(): number {
    return this.binding.handles.standIn();
  }

  /** A tensor that takes the id over. */
  make(metadata: TensorMetadata): tf.Tensor {
    return this.#backend.createOutputTensor(metadata);
  }

  execute(
    name: string,
    inputIds: readonly number[],
    {
      attributes = [],
      outputs = 1,
    }: { attributes?: readonly OpAttribute[]; outputs?: number } = {},
  ): TensorMetadata[] {
    return this.binding.executeOp(name, attributes, inputIds, outputs);
  }
}
