import util from 'node:util';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import type { Precision } from '../../experiment/experiment.ts';
import { AttrType, DType, eagerSetters, type OpAttribute, setAttribute } from './attributes.ts';
import { CallChecks } from './call-checks.ts';
import type { Context } from './context.ts';
import { Handles, type TensorMetadata, type Values } from './handles.ts';
import { SavedModels } from './saved-models.ts';

// The JavaScript kernels of tfjs-node-gpu, without its native part. The build bundles them, so the published package does
// not depend on tfjs-node-gpu, whose install script downloads another TensorFlow.
export { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';

// The kernels call two functions that are deprecated in Node 22 and removed in Node 23.
Object.assign(util, {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
});

/** Records operations instead of executing them. */
export interface OperationRecorder {
  /** The precision in which TensorFlow will compute the operations. */
  readonly precision: Precision;
  execute(
    name: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
  ): TensorMetadata[];
  /** Tells if a tensor is a recorded one, without a value. */
  has(id: number): boolean;
  /** @throws UntraceableError for a recorded tensor. */
  assertReadable(id: number): void;
}

/** The binding of tfjs-node, with additions for compiled functions. */
export interface Binding extends Omit<TFJSBinding, 'executeOp'> {
  readonly handles: Handles;
  /** If set, operations are recorded here instead of being executed. */
  recording: OperationRecorder | null;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    numOutputs: number,
  ): TensorMetadata[];
}

/**
 * Creates the object that `NodeJSKernelBackend` of tfjs-node-gpu calls. It does the same as the native `tfjs_binding`, by
 * means of TensorFlow's C API. Source: tfjs-node-gpu, binding/tfjs_backend.cc.
 */
export function createBinding(context: Context): Binding {
  const { api, status } = context;
  const set = eagerSetters(api, status);
  const handles = new Handles(context);
  const checks = new CallChecks(context, handles);
  const savedModels = new SavedModels(context, handles);
  let outputs = new BigUint64Array(64);
  const outputCount = new Int32Array(1);

  function executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    numOutputs: number,
  ): TensorMetadata[] {
    if (binding.recording) return binding.recording.execute(name, attributes, inputIds);
    checks.check(name, attributes, inputIds);
    const attempt = () => `run ${name}(${inputIds.map((id) => handles.describe(id)).join(', ')})`;
    const op = api.TFE_NewOp(context.pointer, name, status.pointer);
    status.check(attempt);
    try {
      for (const id of inputIds) {
        api.TFE_OpAddInput(op, handles.get(id), status.pointer);
        status.check(attempt);
      }
      for (const attribute of attributes) setAttribute(set, op, attribute);
      if (numOutputs > outputs.length) outputs = new BigUint64Array(numOutputs);
      outputCount[0] = numOutputs;
      api.TFE_Execute(op, outputs, outputCount, status.pointer);
      status.check(attempt);
    } finally {
      api.TFE_DeleteOp(op);
    }
    const results = new Array<TensorMetadata>(outputCount[0]);
    for (let i = 0; i < results.length; i++) {
      results[i] = handles.metadata(handles.add(outputs[i] as bigint));
    }
    return results;
  }

  const binding = {
    handles,
    recording: null as OperationRecorder | null,
    createTensor: (shape: number[], dtype: number, values: Values) =>
      handles.create(shape, dtype, values),
    deleteTensor(id: number) {
      if (!binding.recording?.has(id)) handles.delete(id);
    },
    tensorDataSync(id: number) {
      binding.recording?.assertReadable(id);
      return handles.read(id);
    },
    executeOp,
    loadSavedModel: (folder: string, tags: string) => savedModels.load(folder, tags),
    deleteSavedModel: (id: number) => savedModels.delete(id),
    runSavedModel: (id: number, inputIds: number[], inputs: string, outputs: string) =>
      savedModels.run(id, inputIds, inputs, outputs),
    getNumOfSavedModels: () => savedModels.count,
    getNumOfTensors: () => handles.count,
    isUsingGpuDevice: () => context.device.type === 'GPU',

    TF_FLOAT: DType.float32,
    TF_INT32: DType.int32,
    TF_INT64: DType.int64,
    TF_BOOL: DType.bool,
    TF_COMPLEX64: DType.complex64,
    TF_STRING: DType.string,
    TF_RESOURCE: DType.resource,
    TF_UINT8: DType.uint8,
    TF_ATTR_STRING: AttrType.string,
    TF_ATTR_INT: AttrType.int,
    TF_ATTR_FLOAT: AttrType.float,
    TF_ATTR_BOOL: AttrType.bool,
    TF_ATTR_TYPE: AttrType.type,
    TF_ATTR_SHAPE: AttrType.shape,
    TF_ATTR_RESOURCE: 6,
    TF_Version: api.TF_Version(),
  };
  return binding as unknown as Binding;
}
