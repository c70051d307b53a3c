import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import koffi from 'koffi';

/** An address in the memory of TensorFlow. Zero crashes most functions, so check it before a call. */
export type Pointer = bigint;

/** A `TF_Code` number; 0 is success. */
type Code = number;

/**
 * The functions of TensorFlow's C API that the engine calls.
 * Source: tensorflow/c/{c_api,tf_tensor,tf_tstring,tf_status}.h and tensorflow/c/eager/c_api.h.
 */
export interface CApi {
  TF_Version(): string;

  TF_NewStatus(): Pointer;
  TF_DeleteStatus(status: Pointer): void;
  TF_GetCode(status: Pointer): Code;
  TF_Message(status: Pointer): string;

  TF_AllocateTensor(dtype: number, dims: BigInt64Array, rank: number, bytes: number): Pointer;
  TF_DeleteTensor(tensor: Pointer): void;
  TF_TensorData(tensor: Pointer): Pointer;
  TF_TensorByteSize(tensor: Pointer): number;
  TF_TensorElementCount(tensor: Pointer): number;

  TF_StringInit(string: Pointer): void;
  TF_StringCopy(string: Pointer, bytes: Uint8Array, length: number): void;
  TF_StringDealloc(string: Pointer): void;
  TF_StringGetDataPointer(string: Pointer): Pointer;
  TF_StringGetSize(string: Pointer): number;

  TF_DeleteDeviceList(list: Pointer): void;
  TF_DeviceListCount(list: Pointer): number;
  TF_DeviceListName(list: Pointer, index: number, status: Pointer): string;
  TF_DeviceListType(list: Pointer, index: number, status: Pointer): string;

  TFE_NewContextOptions(): Pointer;
  TFE_DeleteContextOptions(options: Pointer): void;
  TFE_ContextOptionsSetConfig(options: Pointer, proto: Uint8Array, bytes: number, s: Pointer): void;
  TFE_NewContext(options: Pointer, status: Pointer): Pointer;
  TFE_DeleteContext(context: Pointer): void;
  TFE_ContextListDevices(context: Pointer, status: Pointer): Pointer;

  TFE_NewTensorHandle(tensor: Pointer, status: Pointer): Pointer;
  TFE_DeleteTensorHandle(handle: Pointer): void;
  TFE_TensorHandleResolve(handle: Pointer, status: Pointer): Pointer;
  TFE_TensorHandleCopyToDevice(h: Pointer, context: Pointer, device: string, s: Pointer): Pointer;
  TFE_TensorHandleNumDims(handle: Pointer, status: Pointer): number;
  TFE_TensorHandleDim(handle: Pointer, dimension: number, status: Pointer): number;
  TFE_TensorHandleDataType(handle: Pointer): number;

  TFE_NewOp(context: Pointer, name: string, status: Pointer): Pointer;
  TFE_DeleteOp(op: Pointer): void;
  TFE_OpSetDevice(op: Pointer, device: string, status: Pointer): void;
  TFE_OpAddInput(op: Pointer, handle: Pointer, status: Pointer): void;
  TFE_OpSetAttrString(op: Pointer, name: string, value: Uint8Array, length: number): void;
  TFE_OpSetAttrInt(op: Pointer, name: string, value: number): void;
  TFE_OpSetAttrFloat(op: Pointer, name: string, value: number): void;
  TFE_OpSetAttrBool(op: Pointer, name: string, value: number): void;
  TFE_OpSetAttrType(op: Pointer, name: string, value: number): void;
  TFE_OpSetAttrShape(
    op: Pointer,
    name: string,
    dims: BigInt64Array,
    rank: number,
    s: Pointer,
  ): void;
  TFE_OpSetAttrIntList(op: Pointer, name: string, values: BigInt64Array, count: number): void;
  TFE_OpSetAttrFloatList(op: Pointer, name: string, values: Float32Array, count: number): void;
  TFE_OpSetAttrBoolList(op: Pointer, name: string, values: Uint8Array, count: number): void;
  TFE_OpSetAttrTypeList(op: Pointer, name: string, values: Int32Array, count: number): void;
  TFE_OpNameGetAttrType(
    context: Pointer,
    op: string,
    attribute: string,
    isList: Uint8Array,
    status: Pointer,
  ): number;
  TFE_Execute: {
    (op: Pointer, outputs: BigUint64Array, count: Int32Array, status: Pointer): void;
    /** Executes in another thread; `done` is called in this one. */
    async(
      op: Pointer,
      outputs: BigUint64Array,
      count: Int32Array,
      status: Pointer,
      done: (error: Error | null) => void,
    ): void;
  };

  TF_NewGraph(): Pointer;
  TF_DeleteGraph(graph: Pointer): void;
  TF_GraphOperationByName(graph: Pointer, name: string): Pointer | null;
  TF_NewOperation(graph: Pointer, type: string, name: string): Pointer;
  TF_FinishOperation(op: Pointer, status: Pointer): Pointer;
  TF_AddInput(op: Pointer, input: GraphOutput): void;
  TF_AddInputList(op: Pointer, inputs: readonly GraphOutput[], count: number): void;
  TF_AddControlInput(op: Pointer, input: Pointer): void;
  TF_SetAttrString(op: Pointer, name: string, value: Uint8Array, length: number): void;
  TF_SetAttrInt(op: Pointer, name: string, value: number): void;
  TF_SetAttrFloat(op: Pointer, name: string, value: number): void;
  TF_SetAttrBool(op: Pointer, name: string, value: number): void;
  TF_SetAttrType(op: Pointer, name: string, value: number): void;
  TF_SetAttrShape(op: Pointer, name: string, dims: BigInt64Array, rank: number): void;
  TF_SetAttrIntList(op: Pointer, name: string, values: BigInt64Array, count: number): void;
  TF_SetAttrFloatList(op: Pointer, name: string, values: Float32Array, count: number): void;
  TF_SetAttrBoolList(op: Pointer, name: string, values: Uint8Array, count: number): void;
  TF_SetAttrTypeList(op: Pointer, name: string, values: Int32Array, count: number): void;
  TF_SetAttrTensor(op: Pointer, name: string, tensor: Pointer, status: Pointer): void;
  TF_OperationNumOutputs(op: Pointer): number;
  TF_OperationOutputType(output: GraphOutput): number;
  TF_GraphGetTensorNumDims(graph: Pointer, output: GraphOutput, status: Pointer): number;
  TF_GraphGetTensorShape(
    graph: Pointer,
    output: GraphOutput,
    dims: BigInt64Array,
    rank: number,
    status: Pointer,
  ): void;
  TF_GraphGetOpDef(graph: Pointer, op: string, buffer: Pointer, status: Pointer): void;
  TF_GraphToFunctionWithControlOutputs(
    graph: Pointer,
    name: string,
    appendHash: number,
    opCount: number,
    ops: null,
    inputCount: number,
    inputs: readonly GraphOutput[],
    outputCount: number,
    outputs: readonly GraphOutput[],
    outputNames: null,
    controlOutputCount: number,
    controlOutputs: BigUint64Array,
    controlOutputNames: null,
    options: null,
    description: null,
    status: Pointer,
  ): Pointer;
  TF_DeleteFunction(fn: Pointer): void;
  TFE_ContextAddFunction(context: Pointer, fn: Pointer, status: Pointer): void;
  TFE_ContextRemoveFunction(context: Pointer, name: string, status: Pointer): void;
  TF_NewBuffer(): Pointer;
  TF_DeleteBuffer(buffer: Pointer): void;
  TF_NewBufferFromString(bytes: Uint8Array, length: number): Pointer;
  TF_NewSessionOptions(): Pointer;
  TF_SetConfig(options: Pointer, proto: Uint8Array, bytes: number, status: Pointer): void;
  TF_NewSession(graph: Pointer, options: Pointer, status: Pointer): Pointer;
  TF_DeleteSessionOptions(options: Pointer): void;
  TF_LoadSessionFromSavedModel(
    options: Pointer,
    runOptions: null,
    folder: string,
    tags: string[],
    tagCount: number,
    graph: Pointer,
    metaGraph: Pointer,
    status: Pointer,
  ): Pointer;
  TF_SessionRun(
    session: Pointer,
    runOptions: Pointer | null,
    inputs: readonly GraphOutput[],
    inputValues: BigUint64Array,
    inputCount: number,
    outputs: readonly GraphOutput[],
    outputValues: BigUint64Array,
    outputCount: number,
    targets: BigUint64Array | null,
    targetCount: number,
    runMetadata: Pointer | null,
    status: Pointer,
  ): void;
  TF_DeleteSession(session: Pointer, status: Pointer): void;
}

/** `TF_Output`: an output of an operation in a graph. */
export interface GraphOutput {
  oper: Pointer;
  index: number;
}

/** The declarations of functions in `libtensorflow_framework`. */
export const FRAMEWORK = [
  'void *TF_NewStatus()',
  'void TF_DeleteStatus(void *)',
  'int TF_GetCode(void *)',
  'const char *TF_Message(void *)',
  'void *TF_AllocateTensor(int, const int64_t *, int, size_t)',
  'void TF_DeleteTensor(void *)',
  'void *TF_TensorData(void *)',
  'size_t TF_TensorByteSize(void *)',
  'int64_t TF_TensorElementCount(void *)',
  'void *TF_NewBuffer()',
  'void *TF_NewBufferFromString(const uint8_t *, size_t)',
  'void TF_DeleteBuffer(void *)',
];

/** The declarations of functions in `libtensorflow_cc` or `libtensorflow`. */
export const CORE = [
  'const char *TF_Version()',
  'void TF_StringInit(void *)',
  'void TF_StringCopy(void *, const uint8_t *, size_t)',
  'void TF_StringDealloc(void *)',
  'void *TF_StringGetDataPointer(void *)',
  'size_t TF_StringGetSize(void *)',
  'void TF_DeleteDeviceList(void *)',
  'int TF_DeviceListCount(void *)',
  'const char *TF_DeviceListName(void *, int, void *)',
  'const char *TF_DeviceListType(void *, int, void *)',
  'void *TFE_NewContextOptions()',
  'void TFE_DeleteContextOptions(void *)',
  'void TFE_ContextOptionsSetConfig(void *, const uint8_t *, size_t, void *)',
  'void *TFE_NewContext(void *, void *)',
  'void TFE_DeleteContext(void *)',
  'void *TFE_ContextListDevices(void *, void *)',
  'void *TFE_NewTensorHandle(void *, void *)',
  'void TFE_DeleteTensorHandle(void *)',
  'void *TFE_TensorHandleResolve(void *, void *)',
  'void *TFE_TensorHandleCopyToDevice(void *, void *, const char *, void *)',
  'int TFE_TensorHandleNumDims(void *, void *)',
  'int64_t TFE_TensorHandleDim(void *, int, void *)',
  'int TFE_TensorHandleDataType(void *)',
  'void *TFE_NewOp(void *, const char *, void *)',
  'void TFE_DeleteOp(void *)',
  'void TFE_OpSetDevice(void *, const char *, void *)',
  'void TFE_OpAddInput(void *, void *, void *)',
  'void TFE_OpSetAttrString(void *, const char *, const uint8_t *, size_t)',
  'void TFE_OpSetAttrInt(void *, const char *, int64_t)',
  'void TFE_OpSetAttrFloat(void *, const char *, float)',
  'void TFE_OpSetAttrBool(void *, const char *, uint8_t)',
  'void TFE_OpSetAttrType(void *, const char *, int)',
  'void TFE_OpSetAttrShape(void *, const char *, const int64_t *, int, void *)',
  'void TFE_OpSetAttrIntList(void *, const char *, const int64_t *, int)',
  'void TFE_OpSetAttrFloatList(void *, const char *, const float *, int)',
  'void TFE_OpSetAttrBoolList(void *, const char *, const uint8_t *, int)',
  'void TFE_OpSetAttrTypeList(void *, const char *, const int32_t *, int)',
  'int TFE_OpNameGetAttrType(void *, const char *, const char *, _Out_ uint8_t *, void *)',
  'void TFE_Execute(void *, void *, void *, void *)',
  'void *TF_NewGraph()',
  'void TF_DeleteGraph(void *)',
  'void *TF_GraphOperationByName(void *, const char *)',
  'void *TF_NewOperation(void *, const char *, const char *)',
  'void *TF_FinishOperation(void *, void *)',
  'void TF_AddInput(void *, TF_Output)',
  'void TF_AddInputList(void *, const TF_Output *, int)',
  'void TF_AddControlInput(void *, void *)',
  'void TF_SetAttrString(void *, const char *, const uint8_t *, size_t)',
  'void TF_SetAttrInt(void *, const char *, int64_t)',
  'void TF_SetAttrFloat(void *, const char *, float)',
  'void TF_SetAttrBool(void *, const char *, uint8_t)',
  'void TF_SetAttrType(void *, const char *, int)',
  'void TF_SetAttrShape(void *, const char *, const int64_t *, int)',
  'void TF_SetAttrIntList(void *, const char *, const int64_t *, int)',
  'void TF_SetAttrFloatList(void *, const char *, const float *, int)',
  'void TF_SetAttrBoolList(void *, const char *, const uint8_t *, int)',
  'void TF_SetAttrTypeList(void *, const char *, const int32_t *, int)',
  'void TF_SetAttrTensor(void *, const char *, void *, void *)',
  'int TF_OperationNumOutputs(void *)',
  'int TF_OperationOutputType(TF_Output)',
  'int TF_GraphGetTensorNumDims(void *, TF_Output, void *)',
  'void TF_GraphGetTensorShape(void *, TF_Output, _Out_ int64_t *, int, void *)',
  'void TF_GraphGetOpDef(void *, const char *, void *, void *)',
  'void *TF_GraphToFunctionWithControlOutputs(void *, const char *, uint8_t, int, void *, int, const TF_Output *, int, const TF_Output *, void *, int, const uint64_t *, void *, void *, const char *, void *)',
  'void TF_DeleteFunction(void *)',
  'void TFE_ContextAddFunction(void *, void *, void *)',
  'void TFE_ContextRemoveFunction(void *, const char *, void *)',
  'void *TF_NewSessionOptions()',
  'void TF_SetConfig(void *, const uint8_t *, size_t, void *)',
  'void *TF_NewSession(void *, void *, void *)',
  'void TF_DeleteSessionOptions(void *)',
  'void *TF_LoadSessionFromSavedModel(void *, void *, const char *, const char **, int, void *, void *, void *)',
  'void TF_SessionRun(void *, void *, const TF_Output *, const uint64_t *, int, const TF_Output *, _Out_ uint64_t *, int, const uint64_t *, int, void *, void *)',
  'void TF_DeleteSession(void *, void *)',
];

/**
 * Loads the two shared libraries of TensorFlow and declares their functions.
 *
 * @param framework path of `libtensorflow_framework`
 * @param core path of `libtensorflow_cc` or `libtensorflow`
 */
export function loadCApi(framework: string, core: string): CApi {
  koffi.struct('TF_Output', { oper: 'void *', index: 'int' });
  koffi.struct('TF_Buffer', { data: 'void *', length: 'size_t', deallocator: 'void *' });
  // With `global` the second library finds the symbols of the first one.
  const flags = { lazy: true, global: true };
  const api: Record<string, unknown> = {};
  for (const [path, declarations] of [
    [framework, FRAMEWORK],
    [core, CORE],
  ] as const) {
    const library = koffi.load(path, flags);
    for (const declaration of declarations) {
      const fn = library.func(declaration);
      api[/(\w+)\(/.exec(declaration)?.[1] ?? declaration] = fn;
    }
  }
  return api as unknown as CApi;
}

/** Returns a copy of the contents of a `TF_Buffer`. */
export function bufferBytes(buffer: Pointer): Uint8Array {
  const { data, length } = koffi.decode(buffer, 'TF_Buffer') as { data: Pointer; length: number };
  return bytesAt(data, length).slice();
}

/** Returns a view of the bytes at an address, which is valid until TensorFlow frees them. */
export function bytesAt(pointer: Pointer, length: number): Uint8Array {
  return length === 0 ? new Uint8Array(0) : new Uint8Array(koffi.view(pointer, length));
}

const RTLD_LAZY = 1;
const STDERR = 2;

/**
 * Keeps shared libraries loaded until the process ends. Koffi unloads its libraries at exit, while threads of TensorFlow
 * still run, which causes a segmentation fault.
 *
 * @param quiet drops the output of the libraries while they load; TensorFlow does not apply its log level yet.
 */
export function pinLibraries(paths: readonly string[], quiet: boolean): void {
  const dlopen = koffi.load(null).func('void *dlopen(const char *, int)');
  const open = () => {
    for (const path of paths) dlopen(path, RTLD_LAZY);
  };
  if (quiet) withoutStderr(open);
  else open();
}

function withoutStderr(run: () => void): void {
  const libc = koffi.load(null);
  const dup = libc.func('int dup(int)');
  const dup2 = libc.func('int dup2(int, int)');
  const saved: number = dup(STDERR);
  const sink = openSync(devNull, 'w');
  try {
    dup2(sink, STDERR);
    run();
  } finally {
    dup2(saved, STDERR);
    closeSync(saved);
    closeSync(sink);
  }
}
