import type { Precision } from '../../../experiment/experiment.ts';
import type { CApi, Pointer } from '../c-api.ts';
import { type Context, Status } from '../context.ts';
import type { Handles, TensorMetadata } from '../handles.ts';

export interface RunFunctionOptions {
  /** Compiles the function with XLA. */
  readonly xla?: boolean;
  readonly precision?: Precision;
  /** On GPUs; all kernels of the function must have a deterministic form. */
  readonly deterministic?: boolean;
}

/** Runs functions of TensorFlow by name, in another thread. */
export class FunctionRunner {
  readonly #context: Context;
  readonly #handles: Handles;
  /** A separate status, because other calls write to that of the context meanwhile. */
  readonly #status: Status;

  constructor(context: Context, handles: Handles) {
    this.#context = context;
    this.#handles = handles;
    this.#status = new Status(context.api);
  }

  /**
   * Runs a function without blocking the event loop. Runs must not overlap.
   *
   * @param count number of outputs
   */
  async run(
    name: string,
    inputIds: readonly number[],
    count: number,
    { xla = false, precision = 'float32', deterministic = true }: RunFunctionOptions = {},
  ): Promise<TensorMetadata[]> {
    const { api, pointer, configOf, setArithmetic } = this.#context;
    const config = configOf(precision);
    const handles = this.#handles;
    const status = this.#status;
    const attempt = () => `run ${name}(${inputIds.map((id) => handles.describe(id)).join(', ')})`;
    const op = api.TFE_NewOp(pointer, name, status.pointer);
    status.check(attempt);
    const outputs = new BigUint64Array(count);
    try {
      for (const id of inputIds) {
        api.TFE_OpAddInput(op, handles.get(id), status.pointer);
        status.check(attempt);
      }
      // Without a configuration TensorFlow does not optimize the graph of the function.
      api.TFE_OpSetAttrString(op, 'config_proto', config, config.length);
      if (xla) api.TFE_OpSetAttrBool(op, '_XlaMustCompile', 1);
      setArithmetic({ tf32: precision !== 'float32', deterministic });
      await execute(api, op, outputs, status);
      status.check(attempt);
    } finally {
      api.TFE_DeleteOp(op);
    }
    return Array.from(outputs, (handle) => handles.metadata(handles.add(handle)));
  }
}

/** Arrays that the other thread writes to; a reference keeps them from being garbage-collected. */
const pinned = new Set<object>();

function execute(api: CApi, op: Pointer, outputs: BigUint64Array, status: Status): Promise<void> {
  const count = Int32Array.of(outputs.length);
  pinned.add(outputs).add(count);
  return new Promise((resolve, reject) => {
    api.TFE_Execute.async(op, outputs, count, status.pointer, (error) => {
      if (error) reject(error);
      else resolve();
      pinned.delete(outputs);
      pinned.delete(count);
    });
  });
}
