import { readFields } from '../../../common/protobuf.ts';
import { bufferBytes, type CApi, type Pointer } from '../c-api.ts';
import type { Status } from '../context.ts';

/** An input of an operation: one tensor or a list. */
interface InputDefinition {
  /** The attribute with the length of the list; `null` for one tensor. */
  readonly countAttribute: string | null;
}

export interface OpDefinition {
  readonly inputs: readonly InputDefinition[];
  /** The operation has state or side effects, such as a random generator. */
  readonly stateful: boolean;
}

/** The field numbers of `OpDef` and `OpDef.ArgDef`. Source: tensorflow/core/framework/op_def.proto. */
const OP = { inputs: 2, isStateful: 17 };
const ARGUMENT = { numberAttr: 5, typeListAttr: 6 };

/** The definitions of TensorFlow's operations. */
export class OpDefinitions {
  readonly #api: CApi;
  readonly #status: Status;
  readonly #cache = new Map<string, OpDefinition>();

  constructor(api: CApi, status: Status) {
    this.#api = api;
    this.#status = status;
  }

  /** @param graph any graph; all give the same definitions */
  get(graph: Pointer, name: string): OpDefinition {
    const cached = this.#cache.get(name);
    if (cached) return cached;
    const buffer = this.#api.TF_NewBuffer();
    try {
      this.#api.TF_GraphGetOpDef(graph, name, buffer, this.#status.pointer);
      this.#status.check(() => `find the operation ${name}`);
      const definition = parse(bufferBytes(buffer));
      this.#cache.set(name, definition);
      return definition;
    } finally {
      this.#api.TF_DeleteBuffer(buffer);
    }
  }
}

function parse(bytes: Uint8Array): OpDefinition {
  const op = [...readFields(bytes)];
  return {
    inputs: op.filter(([number]) => number === OP.inputs).map(([, value]) => argument(value)),
    stateful: op.some(([number, value]) => number === OP.isStateful && value === 1),
  };
}

function argument(bytes: Uint8Array | number): InputDefinition {
  const list = [...readFields(bytes as Uint8Array)].find(
    ([number]) => number === ARGUMENT.numberAttr || number === ARGUMENT.typeListAttr,
  );
  return { countAttribute: list ? new TextDecoder().decode(list[1] as Uint8Array) : null };
}
