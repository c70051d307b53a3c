import { RunError } from '../../common/errors.ts';
import { bytesField, integerField, message } from '../../common/protobuf.ts';
import type { Precision } from '../../experiment/experiment.ts';
import type { CApi, Pointer } from './c-api.ts';
import { type GpuArithmetic, gpuArithmetic } from './gpu-arithmetic.ts';

interface Device {
  /** For example `/job:localhost/replica:0/task:0/device:GPU:0`. */
  readonly name: string;
  readonly type: string;
}

/** The eager context of TensorFlow, and the status that its calls write to. */
export interface Context {
  readonly api: CApi;
  readonly status: Status;
  readonly pointer: Pointer;
  /** The serialized `ConfigProto` of a precision. */
  readonly configOf: (precision: Precision) => Uint8Array;
  /** Sets the arithmetic of GPUs; has no effect on a CPU. */
  readonly setArithmetic: (arithmetic: GpuArithmetic) => void;
  readonly devices: readonly Device[];
  /** The device of new tensors: the last GPU, else the CPU, as in tfjs-node. */
  readonly device: Device;
}

/**
 * Starts TensorFlow.
 *
 * @param framework path of `libtensorflow_framework`
 * @param threads within one operation
 */
export function createContext(api: CApi, framework: string, threads: number): Context {
  const status = new Status(api);
  const options = api.TFE_NewContextOptions();
  const configs = new Map<Precision, Uint8Array>();
  const configOf = (precision: Precision) => {
    const config = configs.get(precision) ?? configProto(threads, precision);
    configs.set(precision, config);
    return config;
  };
  const config = configOf('float32');
  api.TFE_ContextOptionsSetConfig(options, config, config.length, status.pointer);
  status.check(() => 'parse its configuration');
  const pointer = api.TFE_NewContext(options, status.pointer);
  status.check(() => 'start');
  api.TFE_DeleteContextOptions(options);

  const devices = listDevices(api, pointer, status);
  const device = devices.findLast((d) => d.type === 'GPU') ?? devices.find((d) => d.type === 'CPU');
  if (!device) {
    throw new Error(`TensorFlow has no CPU or GPU, only ${devices.map((d) => d.name).join(', ')}`);
  }
  const setArithmetic = device.type === 'GPU' ? gpuArithmetic(framework) : () => {};
  setArithmetic({ tf32: false, deterministic: true });
  return { api, status, pointer, configOf, setArithmetic, devices, device };
}

/** `RewriterConfig.Toggle.ON` */
const ON = 1;

/**
 * The pass that casts the operands of convolutions and matrix products: `auto_mixed_precision_onednn_bfloat16` for CPUs,
 * `auto_mixed_precision` for GPUs. Weights and all sums stay float32.
 */
const MIXED_PRECISION: Readonly<Partial<Record<Precision, Uint8Array>>> = {
  bfloat16: integerField(31, ON),
  float16: integerField(23, ON),
};

/**
 * Returns a serialized `ConfigProto`. GPU memory is allocated when it is needed. Graphs go through the optimization passes
 * once: a second time takes 0.2 s for a step of VGG19, and improves nothing.
 * Source: tensorflow/core/protobuf/config.proto, rewriter_config.proto.
 */
function configProto(threads: number, precision: Precision): Uint8Array {
  const allowGrowth = integerField(4, 1);
  const oneIteration = integerField(12, 1);
  const mixedPrecision = MIXED_PRECISION[precision];
  const rewrites = mixedPrecision ? message(oneIteration, mixedPrecision) : oneIteration;
  const rewriteOptions = bytesField(10, rewrites);
  const intraOpThreads = integerField(2, threads);
  return message(intraOpThreads, bytesField(6, allowGrowth), bytesField(10, rewriteOptions));
}

function listDevices(api: CApi, context: Pointer, status: Status): Device[] {
  const list = api.TFE_ContextListDevices(context, status.pointer);
  status.check(() => 'list its devices');
  const devices = Array.from({ length: api.TF_DeviceListCount(list) }, (_, i) => ({
    name: api.TF_DeviceListName(list, i, status.pointer),
    type: api.TF_DeviceListType(list, i, status.pointer),
  }));
  api.TF_DeleteDeviceList(list);
  return devices;
}

/** The names of `TF_Code` by number. Source: tensorflow/core/protobuf/error_codes.proto. */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** The errors of CUDA's libraries when the memory of a GPU runs out; TensorFlow reports them as INTERNAL or UNKNOWN. */
const OUT_OF_GPU_MEMORY = /CUDA_ERROR_OUT_OF_MEMORY|CU(BLAS|DNN|SOLVER)_STATUS_ALLOC_FAILED/;

/** A failed call of TensorFlow. `code` is a name of `TF_Code`, such as `RESOURCE_EXHAUSTED` when memory runs out. */
export class TensorFlowError extends RunError {
  override readonly name = 'TensorFlowError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = OUT_OF_GPU_MEMORY.test(message) ? 'RESOURCE_EXHAUSTED' : code;
  }
}

/** A `TF_Status` that calls write to. Calls that share one must not overlap. */
export class Status {
  readonly pointer: Pointer;
  readonly #api: CApi;

  constructor(api: CApi) {
    this.#api = api;
    this.pointer = api.TF_NewStatus();
  }

  /**
   * @param attempt describes the call; used only if it failed.
   * @throws TensorFlowError with the message of TensorFlow if the last call failed.
   */
  check(attempt: () => string): void {
    const code = this.#api.TF_GetCode(this.pointer);
    if (code === 0) return;
    const name = CODES[code] ?? `code ${code}`;
    const message = this.#api.TF_Message(this.pointer);
    throw new TensorFlowError(name, `TensorFlow could not ${attempt()}: ${message} (${name})`);
  }
}
