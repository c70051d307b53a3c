import { DType, dtypeName, NUMERIC, toInt64 } from './attributes.ts';
import { bytesAt, type CApi, type Pointer } from './c-api.ts';
import type { Context } from './context.ts';

/** The description of a tensor for the kernels of tfjs-node. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/** Values in the format of tfjs: a typed array of numbers, or an array of encoded strings. */
export type Values = Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[];

/** The tensors of TensorFlow (`TFE_TensorHandle`) by the ids that tfjs uses. */
export class Handles {
  readonly #context: Context;
  readonly #byId = new Map<number, Pointer>();
  readonly #deferred = new Set<number>();
  #nextId = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  get count(): number {
    return this.#byId.size;
  }

  /** @throws Error if there is no tensor of this id, so that no null pointer reaches TensorFlow. */
  get(id: number): Pointer {
    const handle = this.#byId.get(id);
    if (handle !== undefined) return handle;
    const reason = this.#deferred.has(id)
      ? 'its value is in a variable of TensorFlow; syncVariables() makes it available'
      : 'it was never created, or it was deleted';
    throw new Error(`there is no tensor with the id ${id}: ${reason}`);
  }

  /** Returns an id for a tensor that is stored elsewhere. */
  reserve(): number {
    return this.#nextId++;
  }

  /** Returns an id for the value of a variable whose current value is in TensorFlow only. */
  addDeferred(): number {
    const id = this.reserve();
    this.#deferred.add(id);
    return id;
  }

  /** Takes ownership of a `TFE_TensorHandle`. */
  add(handle: Pointer): number {
    const id = this.#nextId++;
    this.#byId.set(id, handle);
    return id;
  }

  delete(id: number): void {
    if (this.#deferred.delete(id)) return;
    this.#context.api.TFE_DeleteTensorHandle(this.get(id));
    this.#byId.delete(id);
  }

  metadata(id: number): TensorMetadata {
    const handle = this.get(id);
    return {
      id,
      shape: this.#shape(handle),
      dtype: this.#context.api.TFE_TensorHandleDataType(handle),
    };
  }

  /** Returns a description for error messages, such as `float32[32,10]`. */
  describe(id: number): string {
    const { shape, dtype } = this.metadata(id);
    return `${dtypeName(dtype)}[${shape.join(',')}]`;
  }

  /** Copies values to a new tensor on the device of the context. */
  create(shape: readonly number[], dtype: number, values: Values): number {
    const handle =
      dtype === DType.string
        ? this.#fromStrings(shape, values)
        : this.#fromNumbers(shape, dtype, values);
    // Kernels of GPUs expect int32 tensors, which are mostly shapes, in host memory.
    const onDevice =
      dtype === DType.int32 || dtype === DType.string ? handle : this.#toDevice(handle);
    return this.add(onDevice);
  }

  /** Returns a copy of the bytes of a numeric tensor. */
  bytes(id: number): Uint8Array {
    return this.#onHost(id, (tensor) => this.#bytesOf(tensor));
  }

  /** Returns a copy of the values of a tensor, in the array type that tfjs-node uses for its dtype. */
  read(id: number): Values {
    const { api } = this.#context;
    const dtype = api.TFE_TensorHandleDataType(this.get(id));
    return this.#onHost(id, (tensor) => {
      if (dtype === DType.string) return readStrings(api, tensor);
      const bytes = this.#bytesOf(tensor);
      if (dtype === DType.int64) return new BigInt64Array(bytes.buffer);
      // tfjs has no uint8 and represents it as int32. A resource is represented as bytes.
      if (dtype === DType.uint8) return Int32Array.from(bytes);
      if (dtype === DType.resource) return [bytes];
      const numeric = NUMERIC.get(dtype);
      if (!numeric) throw new Error(`tfjs does not support tensors of ${dtypeName(dtype)}`);
      return new numeric.array(bytes.buffer);
    });
  }

  /** Copies a tensor to the host if necessary, and uses it there. */
  #onHost<T>(id: number, use: (tensor: Pointer) => T): T {
    const { api, status } = this.#context;
    const tensor = api.TFE_TensorHandleResolve(this.get(id), status.pointer);
    status.check(() => `read the tensor ${this.describe(id)}`);
    try {
      return use(tensor);
    } finally {
      api.TF_DeleteTensor(tensor);
    }
  }

  #bytesOf(tensor: Pointer): Uint8Array<ArrayBuffer> {
    const { api } = this.#context;
    return bytesAt(api.TF_TensorData(tensor), api.TF_TensorByteSize(tensor)).slice();
  }

  #shape(handle: Pointer): number[] {
    const { api, status } = this.#context;
    const rank = api.TFE_TensorHandleNumDims(handle, status.pointer);
    status.check(() => 'read the rank of a tensor');
    const shape = new Array<number>(rank);
    for (let i = 0; i < rank; i++) shape[i] = api.TFE_TensorHandleDim(handle, i, status.pointer);
    return shape;
  }

  #fromNumbers(shape: readonly number[], dtype: number, values: Values): Pointer {
    const { api } = this.#context;
    const numeric = NUMERIC.get(dtype);
    if (!numeric || Array.isArray(values)) {
      throw new Error(
        `tfjs cannot create a tensor of ${dtypeName(dtype)} from ${values.constructor.name}`,
      );
    }
    const array =
      values instanceof numeric.array ? values : numeric.array.from(values as Int32Array);
    const expected = shape.reduce((product, size) => product * size, numeric.perElement);
    if (array.length !== expected) {
      throw new Error(
        `a tensor of ${dtypeName(dtype)}[${shape}] needs ${expected} values. Received: ${array.length}`,
      );
    }
    const tensor = api.TF_AllocateTensor(dtype, toInt64(shape), shape.length, array.byteLength);
    const source = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    bytesAt(api.TF_TensorData(tensor), array.byteLength).set(source);
    return this.#toHandle(tensor);
  }

  /**
   * TensorFlow does not free the strings of a tensor that was created by the C API. So this method returns a deep copy
   * made by TensorFlow, and frees the first tensor with its strings.
   */
  #fromStrings(shape: readonly number[], values: Values): Pointer {
    if (!Array.isArray(values)) {
      throw new Error(
        `a string tensor needs an array of Uint8Array. Received: ${values.constructor.name}`,
      );
    }
    const { api, status, pointer } = this.#context;
    const tensor = newStringTensor(api, toInt64(shape), DType.string, values);
    const shared = api.TFE_NewTensorHandle(tensor, status.pointer);
    status.check(() => 'create a string tensor');
    const op = api.TFE_NewOp(pointer, 'DeepCopy', status.pointer);
    const output = new BigUint64Array(1);
    try {
      status.check(() => 'find the operation DeepCopy');
      api.TFE_OpAddInput(op, shared, status.pointer);
      api.TFE_Execute(op, output, Int32Array.of(1), status.pointer);
      status.check(() => 'copy a string tensor');
    } finally {
      api.TFE_DeleteOp(op);
      api.TFE_DeleteTensorHandle(shared);
      freeStrings(api, tensor);
      api.TF_DeleteTensor(tensor);
    }
    return output[0] as Pointer;
  }

  #toDevice(handle: Pointer): Pointer {
    const { api, status, pointer, device } = this.#context;
    if (device.type === 'CPU') return handle;
    const copy = api.TFE_TensorHandleCopyToDevice(handle, pointer, device.name, status.pointer);
    api.TFE_DeleteTensorHandle(handle);
    status.check(() => `copy a tensor to ${device.name}`);
    return copy;
  }

  #toHandle(tensor: Pointer): Pointer {
    const { api, status } = this.#context;
    const handle = api.TFE_NewTensorHandle(tensor, status.pointer);
    api.TF_DeleteTensor(tensor);
    status.check(() => 'create a tensor');
    return handle;
  }
}

/** Size of a `TF_TString`, which contains short strings and points to long ones. Source: ctstring_internal.h. */
const TSTRING_BYTES = 24;

function eachString(
  data: Pointer,
  count: number,
  visit: (string: Pointer, i: number) => void,
): void {
  for (let i = 0; i < count; i++) visit(data + BigInt(i * TSTRING_BYTES), i);
}

/** Creates a string tensor. TensorFlow frees its array only; `freeStrings` frees the strings. */
function newStringTensor(
  api: CApi,
  dims: BigInt64Array,
  dtype: number,
  values: readonly Uint8Array[],
): Pointer {
  const tensor = api.TF_AllocateTensor(dtype, dims, dims.length, values.length * TSTRING_BYTES);
  eachString(api.TF_TensorData(tensor), values.length, (string, i) => {
    const value = values[i] as Uint8Array;
    api.TF_StringInit(string);
    api.TF_StringCopy(string, value, value.length);
  });
  return tensor;
}

function freeStrings(api: CApi, tensor: Pointer): void {
  eachString(api.TF_TensorData(tensor), api.TF_TensorElementCount(tensor), (string) => {
    api.TF_StringDealloc(string);
  });
}

/** Returns copies of the encoded strings of a tensor. */
function readStrings(api: CApi, tensor: Pointer): Uint8Array[] {
  const strings: Uint8Array[] = [];
  eachString(api.TF_TensorData(tensor), api.TF_TensorElementCount(tensor), (string) => {
    const length = api.TF_StringGetSize(string);
    strings.push(bytesAt(api.TF_StringGetDataPointer(string), length).slice());
  });
  return strings;
}
