import type * as tf from '@tensorflow/tfjs';
import type { OpAttribute } from '../attributes.ts';
import type { Binding, NodeJSKernelBackend } from '../backend.ts';
import type { TensorMetadata } from '../handles.ts';

/** Methods of tfjs-node's backend; some are private in its declaration. */
interface Backend {
  getDTypeInteger(dtype: tf.DataType): number;
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
}

/** Conversions between tfjs tensors and the ids of the binding. */
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

  /** Returns an id for a value that is in TensorFlow only. */
  addDeferred(): number {
    return this.binding.handles.addDeferred();
  }

  /** Creates a tensor that owns the id. */
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
