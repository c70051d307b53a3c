import type { CApi, Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';
import type { Handles, TensorMetadata } from '../handles.ts';
import { Status } from '../status.ts';

/** Runs functions that TensorFlow knows by name, in a thread of their own. */
export class FunctionRunner {
  readonly #context: Context;
  readonly #handles: Handles;
  /** Not the context's own, which calls write to that are made meanwhile. */
  readonly #status: Status;

  constructor(context: Context, handles: Handles) {
    this.#context = context;
    this.#handles = handles;
    this.#status = new Status(context.api);
  }

  /**
   * One run after another; the event loop stays free meanwhile.
   * @param xla whether XLA compiles it; else its graph is run.
   */
  async run(
    name: string,
    inputIds: readonly number[],
    count: number,
    xla = false,
  ): Promise<TensorMetadata[]> {
    const { api, pointer, config } = this.#context;
    const handles = this.#handles;
    const status = this.#status;
    const doing = () => `run ${name}(${inputIds.map((id) => handles.describe(id)).join(', ')})`;
    const op = api.TFE_NewOp(pointer, name, status.pointer);
    status.check(doing);
    const outputs = new BigUint64Array(count);
    try {
      for (const id of inputIds) {
        api.TFE_OpAddInput(op, handles.get(id), status.pointer);
        status.check(doing);
      }
      // Without it TensorFlow runs the function as it was written, by no optimization of its graph.
      api.TFE_OpSetAttrString(op, 'config_proto', config, config.length);
      if (xla) api.TFE_OpSetAttrBool(op, '_XlaMustCompile', 1);
      await execute(api, op, outputs, status);
      status.check(doing);
    } finally {
      api.TFE_DeleteOp(op);
    }
    return Array.from(outputs, (handle) => handles.metadata(handles.add(handle)));
  }
}

/** Memory that a run writes to. */
const kept = new Set<object>();

function execute(api: CApi, op: Pointer, outputs: BigUint64Array, status: Status): Promise<void> {
  const count = Int32Array.of(outputs.length);
  kept.add(outputs).add(count);
  return new Promise((resolve, reject) => {
    api.TFE_Execute.async(op, outputs, count, status.pointer, (error) => {
      if (error) reject(error);
      else resolve();
      // TensorFlow writes to both in its thread: this keeps them until it has.
      kept.delete(outputs);
      kept.delete(count);
    });
  });
}
