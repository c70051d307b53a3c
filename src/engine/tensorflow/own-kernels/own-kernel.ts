import * as tf from '@tensorflow/tfjs';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { AttrType, DType } from '../attributes.ts';
import type { NodeJSKernelBackend } from '../backend.ts';

export type { TFEOpAttr };

/** The name of the tfjs backend. */
export const BACKEND = 'tensorflow';

/** The attributes of an operation on float32. */
export const FLOAT: readonly TFEOpAttr[] = [
  { name: 'T', type: AttrType.type, value: DType.float32 },
];

export const NHWC: TFEOpAttr = { name: 'data_format', type: AttrType.string, value: 'NHWC' };

/** Operands of a kernel for images or filters, by name. */
export type Operands<Name extends string> = Readonly<Record<Name, tf.Tensor4D>>;

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** A kernel that uses one operation of TensorFlow, where tfjs-node uses several or a slower one. */
export interface OwnKernel {
  /** The name in tfjs. */
  readonly name: string;
  /** Returns `null` for inputs that the kernel of tfjs-node should handle. */
  run(
    backend: NodeJSKernelBackend,
    inputs: Inputs,
    attributes: object,
  ): tf.Tensor | tf.Tensor[] | null;
}

/** Registers a kernel; the kernel of tfjs-node with the same name becomes its fallback. */
export function registerOwnKernel(backend: NodeJSKernelBackend, { name, run }: OwnKernel): void {
  const fallback = tf.getKernel(name, BACKEND);
  if (fallback) tf.unregisterKernel(name, BACKEND);
  tf.registerKernel({
    kernelName: name,
    backendName: BACKEND,
    kernelFunc(call) {
      const outputs = run(backend, call.inputs as unknown as Inputs, call.attrs ?? {});
      if (outputs) return outputs;
      if (!fallback) throw new Error(`${name} does not support these inputs`);
      return fallback.kernelFunc(call);
    },
  });
}

export function isFloat(...tensors: readonly tf.TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === 'float32');
}
