import { toInt64 } from './attributes.ts';
import { bytesAt, type Pointer } from './c-api.ts';
import type { Context } from './context.ts';
import { DType, dtypeName, NUMERIC } from './dtypes.ts';
import { freeStrings, newStringTensor, readStrings } from './strings.ts';

/** What tfjs-node's kernels learn of a tensor that an operation made. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/** Values as tfjs gives them: a typed array for numbers, an array of bytes for strings. */
export type Values = Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[];

/** The tensors that live in TensorFlow, each under a number that tfjs knows it by. */
export class Handles {
  readonly #context: Context;
  readonly #byId = new Map<number, Pointer>();
  readonly #standIns = new Set<number>();
  #nextId = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  get count(): number {
    return this.#byId.size;
  }

  /** @throws Error when no tensor has this number, so that a null never reaches TensorFlow. */
  get(id: number): Pointer {
    const handle = this.#byId.get(id);
    if (handle !== undefined) return handle;
    const why = this.#standIns.has(id)
      ? 'its values are a compiled function’s, until they are settled'
      : 'it was never made, or deleted';
    throw new Error(`no tensor has the id ${id}: ${why}`);
  }

  /** An id for a tensor that is kept elsewhere. */
  reserve(): number {
    return this.#nextId++;
  }

  /** An id for a variable's values while only compiled functions have them. */
  standIn(): number {
    const id = this.reserve();
    this.#standIns.add(id);
    return id;
  }

  /** Takes over a `TFE_TensorHandle`. */
  add(handle: Pointer): number {
    const id = this.#nextId++;
    this.#byId.set(id, handle);
    return id;
  }

  delete(id: number): void {
    if (this.#standIns.delete(id)) return;
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

  /** E.g. `float32[32,10]`, for error messages. */
  describe(id: number): string {
    const { shape, dtype } = this.metadata(id);
    return `${dtypeName(dtype)}[${shape.join(',')}]`;
  }

  /** Copies values into a new tensor on the context's device. */
  create(shape: readonly number[], dtype: number, values: Values): number {
    const handle =
      dtype === DType.string
        ? this.#fromStrings(shape, values)
        : this.#fromNumbers(shape, dtype, values);
    // Kernels on a GPU expect int32, shapes mostly, in the memory of the host.
    const onDevice =
      dtype === DType.int32 || dtype === DType.string ? handle : this.#toDevice(handle);
    return this.add(onDevice);
  }

  /** The bytes of a tensor of numbers, copied. */
  bytes(id: number): Uint8Array {
    return this.#resolved(id, (tensor) => this.#bytesOf(tensor));
  }

  /** Copies a tensor's values out; the dtype chooses the array, as in tfjs-node. */
  read(id: number): Values {
    const { api } = this.#context;
    const dtype = api.TFE_TensorHandleDataType(this.get(id));
    return this.#resolved(id, (tensor) => {
      if (dtype === DType.string) return readStrings(api, tensor);
      const bytes = this.#bytesOf(tensor);
      if (dtype === DType.int64) return new BigInt64Array(bytes.buffer);
      // tfjs has no uint8 and shows such a tensor as int32; a resource is shown as bytes.
      if (dtype === DType.uint8) return Int32Array.from(bytes);
      if (dtype === DType.resource) return [bytes];
      const numeric = NUMERIC.get(dtype);
      if (!numeric) throw new Error(`tfjs cannot hold a tensor of ${dtypeName(dtype)}`);
      return new numeric.array(bytes.buffer);
    });
  }

  /** Does something with a tensor that the host can read. */
  #resolved<T>(id: number, use: (tensor: Pointer) => T): T {
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
    status.check(() => 'tell the rank of a tensor');
    const shape = new Array<number>(rank);
    for (let i = 0; i < rank; i++) shape[i] = api.TFE_TensorHandleDim(handle, i, status.pointer);
    return shape;
  }

  #fromNumbers(shape: readonly number[], dtype: number, values: Values): Pointer {
    const { api } = this.#context;
    const numeric = NUMERIC.get(dtype);
    if (!numeric || Array.isArray(values)) {
      throw new Error(
        `tfjs cannot make a tensor of ${dtypeName(dtype)} from ${values.constructor.name}`,
      );
    }
    const array =
      values instanceof numeric.array ? values : numeric.array.from(values as Int32Array);
    const expected = shape.reduce((product, size) => product * size, numeric.perElement);
    if (array.length !== expected) {
      throw new Error(
        `a tensor of ${dtypeName(dtype)}[${shape}] takes ${expected} values, received ${array.length}`,
      );
    }
    const tensor = api.TF_AllocateTensor(dtype, toInt64(shape), shape.length, array.byteLength);
    const source = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    bytesAt(api.TF_TensorData(tensor), array.byteLength).set(source);
    return this.#intoHandle(tensor);
  }

  /**
   * TensorFlow frees the array of a tensor made over the C API but not the strings in it, so the tensor
   * that stays is TensorFlow's own deep copy and the first one is freed here, strings and all.
   */
  #fromStrings(shape: readonly number[], values: Values): Pointer {
    if (!Array.isArray(values)) {
      throw new Error(
        `a string tensor takes an array of Uint8Array, received ${values.constructor.name}`,
      );
    }
    const { api, status, pointer } = this.#context;
    const tensor = newStringTensor(api, toInt64(shape), DType.string, values);
    const shared = api.TFE_NewTensorHandle(tensor, status.pointer);
    status.check(() => 'make a string tensor');
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

  #intoHandle(tensor: Pointer): Pointer {
    const { api, status } = this.#context;
    const handle = api.TFE_NewTensorHandle(tensor, status.pointer);
    api.TF_DeleteTensor(tensor);
    status.check(() => 'make a tensor');
    return handle;
  }
}
