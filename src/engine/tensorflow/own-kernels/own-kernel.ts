import * as tf from '@tensorflow/tfjs';
import type { TFEOpAttr } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { AttrType } from '../attributes.ts';
import { DType } from '../dtypes.ts';
import type { NodeJSKernelBackend } from '../kernels.ts';

export type { TFEOpAttr };

/** The name of the tfjs backend. */
export const BACKEND = 'tensorflow';

/** Attributes of an operation on float32. */
export const FLOAT: readonly TFEOpAttr[] = [
  { name: 'T', type: AttrType.type, value: DType.float32 },
];

export const NHWC: TFEOpAttr = { name: 'data_format', type: AttrType.string, value: 'NHWC' };

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** Where one of TensorFlow's operations does what tfjs-node makes of several, or does slower. */
export interface OwnKernel {
  /** As tfjs knows it. */
  readonly name: string;
  /** `null`: what tfjs-node has for it shall do this one. */
  run(
    backend: NodeJSKernelBackend,
    inputs: Inputs,
    attributes: object,
  ): tf.Tensor | tf.Tensor[] | null;
}

/** Registers a kernel, before the one of that name that tfjs-node has. */
export function useKernel(backend: NodeJSKernelBackend, { name, run }: OwnKernel): void {
  const before = tf.getKernel(name, BACKEND);
  if (before) tf.unregisterKernel(name, BACKEND);
  tf.registerKernel({
    kernelName: name,
    backendName: BACKEND,
    kernelFunc(call) {
      const own = run(backend, call.inputs as unknown as Inputs, call.attrs ?? {});
      if (own) return own;
      if (!before) throw new Error(`${name} takes other inputs`);
      return before.kernelFunc(call);
    },
  });
}

export function isFloat(...tensors: readonly tf.TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === 'float32');
}
