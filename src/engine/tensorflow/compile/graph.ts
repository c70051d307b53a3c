import { AttrType, graphSetters, type OpAttribute, setAttribute } from '../attributes.ts';
import type { GraphOutput, Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';
import type { OpDefinition, OpDefinitions } from './op-definitions.ts';

export interface Operation {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly OperationInput[];
  /** Operations that have to be done before. */
  readonly after?: readonly Pointer[];
}

export interface OperationInput extends GraphOutput {
  /** Operations that have to be done before it is used. */
  readonly after?: readonly Pointer[];
}

/** A `TF_Graph` that is being built, and the function that it becomes. */
export class Graph {
  readonly pointer: Pointer;
  readonly #context: Context;
  readonly #definitions: OpDefinitions;
  #operations = 0;

  constructor(context: Context, definitions: OpDefinitions) {
    this.#context = context;
    this.#definitions = definitions;
    this.pointer = context.api.TF_NewGraph();
  }

  definition(op: string): OpDefinition {
    return this.#definitions.get(this.pointer, op);
  }

  /** @throws TensorFlowError when TensorFlow refuses its inputs or attributes. */
  add({ name, attributes, inputs, after = [] }: Operation): Pointer {
    const { api } = this.#context;
    return this.#finish(name, (op) => {
      this.#addInputs(op, { name, attributes, inputs });
      for (const before of [...after, ...inputs.flatMap((input) => input.after ?? [])])
        api.TF_AddControlInput(op, before);
      for (const attribute of attributes) setAttribute(graphSetters(api), op, attribute);
    });
  }

  /** An input of the function. */
  placeholder(shape: readonly number[], dtype: number): GraphOutput {
    const attributes = [
      { name: 'dtype', type: AttrType.type, value: dtype },
      { name: 'shape', type: AttrType.shape, value: shape },
    ];
    return { oper: this.add({ name: 'Placeholder', attributes, inputs: [] }), index: 0 };
  }

  /** The value of a `TFE_TensorHandle`, copied into the graph. */
  constant(handle: Pointer): GraphOutput {
    const { api, status } = this.#context;
    const dtype = api.TFE_TensorHandleDataType(handle);
    const tensor = api.TFE_TensorHandleResolve(handle, status.pointer);
    status.check(() => 'read a constant');
    try {
      const oper = this.#finish('Const', (op) => {
        api.TF_SetAttrTensor(op, 'value', tensor, status.pointer);
        api.TF_SetAttrType(op, 'dtype', dtype);
      });
      return { oper, index: 0 };
    } finally {
      api.TF_DeleteTensor(tensor);
    }
  }

  outputs(oper: Pointer): GraphOutput[] {
    const count = this.#context.api.TF_OperationNumOutputs(oper);
    return Array.from({ length: count }, (_, index) => ({ oper, index }));
  }

  dtype(output: GraphOutput): number {
    return this.#context.api.TF_OperationOutputType(output);
  }

  /** As far as it follows from the operations alone; `null` where it does not. */
  shape(output: GraphOutput): number[] | null {
    const { api, status } = this.#context;
    const rank = api.TF_GraphGetTensorNumDims(this.pointer, output, status.pointer);
    status.check(() => 'tell the rank of a tensor');
    if (rank < 0) return null;
    const dims = new BigInt64Array(rank);
    api.TF_GraphGetTensorShape(this.pointer, output, dims, rank, status.pointer);
    status.check(() => 'tell the shape of a tensor');
    const shape = Array.from(dims, Number);
    return shape.includes(-1) ? null : shape;
  }

  /** Makes it known to TensorFlow under the name. `effects` are done at each run, needed or not. */
  toFunction(
    name: string,
    {
      inputs,
      outputs,
      effects,
    }: Record<'inputs' | 'outputs', readonly GraphOutput[]> & { effects: readonly Pointer[] },
  ): void {
    const { api, status, pointer } = this.#context;
    const fn = api.TF_GraphToFunctionWithControlOutputs(
      this.pointer,
      name,
      0,
      -1,
      null,
      inputs.length,
      inputs,
      outputs.length,
      outputs,
      null,
      effects.length,
      BigUint64Array.from(effects),
      null,
      null,
      null,
      status.pointer,
    );
    status.check(() => `make a function of ${this.#operations} operations`);
    api.TFE_ContextAddFunction(pointer, fn, status.pointer);
    api.TF_DeleteFunction(fn);
    status.check(() => `take in a function of ${this.#operations} operations`);
  }

  dispose(): void {
    this.#context.api.TF_DeleteGraph(this.pointer);
  }

  #finish(name: string, fill: (op: Pointer) => void): Pointer {
    const { api, status } = this.#context;
    const op = api.TF_NewOperation(this.pointer, name, `${name}_${this.#operations++}`);
    fill(op);
    const finished = api.TF_FinishOperation(op, status.pointer);
    status.check(() => `add ${name} to a graph`);
    return finished;
  }

  /** Inputs come one after another; the definition says which of them belong to one list. */
  #addInputs(op: Pointer, { name, attributes, inputs }: Operation): void {
    const { api } = this.#context;
    let at = 0;
    for (const { countAttribute } of this.definition(name).inputs) {
      if (countAttribute === null) {
        api.TF_AddInput(op, inputs[at++] as GraphOutput);
        continue;
      }
      const value = attributes.find((attribute) => attribute.name === countAttribute)?.value;
      const count = Array.isArray(value) ? value.length : Number(value);
      api.TF_AddInputList(op, inputs.slice(at, at + count), count);
      at += count;
    }
  }
}
