import { readFields } from '../../../common/protobuf.ts';
import { bufferBytes, type CApi, type Pointer } from '../c-api.ts';
import type { Status } from '../status.ts';

/** How an operation takes one of its inputs. */
export interface InputDefinition {
  /** Attribute that says how many tensors a list holds; `null` where the input is one tensor. */
  readonly countAttribute: string | null;
}

export interface OpDefinition {
  readonly inputs: readonly InputDefinition[];
  /** Whether it does more than compute its outputs from its inputs, as those that draw at random do. */
  readonly stateful: boolean;
}

/** Field numbers of `OpDef` and `OpDef.ArgDef`. Source: tensorflow/core/framework/op_def.proto. */
const OP = { inputs: 2, isStateful: 17 };
const ARGUMENT = { numberAttr: 5, typeListAttr: 6 };

/** TensorFlow's own definitions of its operations. */
export class OpDefinitions {
  readonly #api: CApi;
  readonly #status: Status;
  readonly #known = new Map<string, OpDefinition>();

  constructor(api: CApi, status: Status) {
    this.#api = api;
    this.#status = status;
  }

  /** @param graph any one: it only knows where TensorFlow keeps the definitions */
  get(graph: Pointer, name: string): OpDefinition {
    const known = this.#known.get(name);
    if (known) return known;
    const buffer = this.#api.TF_NewBuffer();
    try {
      this.#api.TF_GraphGetOpDef(graph, name, buffer, this.#status.pointer);
      this.#status.check(() => `find the operation ${name}`);
      const definition = parse(bufferBytes(buffer));
      this.#known.set(name, definition);
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
