import { AttrType, DType, graphSetters, type OpAttribute, setAttribute } from '../attributes.ts';
import { bytesAt, type CApi, type GraphOutput, type Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';
import {
  attemptOf,
  checkOperation,
  checkOutputs,
  type KnownOperation,
  refusal,
} from '../operation-rules.ts';
import type { OpDefinition, OpDefinitions } from './op-definitions.ts';

export interface Operation {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly OperationInput[];
  /** Operations that must run before. */
  readonly after?: readonly Pointer[];
}

export interface OperationInput extends GraphOutput {
  /** Operations that must run before it is used. */
  readonly after?: readonly Pointer[];
}

/** A `TF_Graph` under construction, which becomes a function. */
export class Graph {
  readonly pointer: Pointer;
  readonly #context: Context;
  readonly #definitions: OpDefinitions;
  /** The values of constants of int32, such as shapes. */
  readonly #integers = new Map<Pointer, Int32Array>();
  #operations = 0;

  constructor(context: Context, definitions: OpDefinitions) {
    this.#context = context;
    this.#definitions = definitions;
    this.pointer = context.api.TF_NewGraph();
  }

  definition(op: string): OpDefinition {
    return this.#definitions.get(this.pointer, op);
  }

  /** @throws TensorFlowError if the inputs or attributes are invalid. */
  add({ name, attributes, inputs, after = [] }: Operation): Pointer {
    const { api } = this.#context;
    const known = { name, attributes, inputs: inputs.map((input) => this.#known(input)) };
    const groups = this.#grouped(known, inputs);
    checkOperation(known);
    const attempt = () => attemptOf(known);
    const finished = this.#finish(name, attempt, (op) => {
      for (const group of groups) {
        if (Array.isArray(group)) api.TF_AddInputList(op, group, group.length);
        else api.TF_AddInput(op, group as GraphOutput);
      }
      for (const dependency of [...after, ...inputs.flatMap((input) => input.after ?? [])]) {
        api.TF_AddControlInput(op, dependency);
      }
      for (const attribute of attributes) setAttribute(graphSetters(api), op, attribute);
    });
    const shapes = this.outputs(finished).map((output) => this.shape(output) ?? []);
    checkOutputs(known, shapes);
    return finished;
  }

  /** Adds an input of the function. */
  placeholder(shape: readonly number[], dtype: number): GraphOutput {
    const attributes = [
      { name: 'dtype', type: AttrType.type, value: dtype },
      { name: 'shape', type: AttrType.shape, value: shape },
    ];
    return { oper: this.add({ name: 'Placeholder', attributes, inputs: [] }), index: 0 };
  }

  /** Copies the value of a `TFE_TensorHandle` to the graph. */
  constant(handle: Pointer): GraphOutput {
    const { api, status } = this.#context;
    const dtype = api.TFE_TensorHandleDataType(handle);
    const tensor = api.TFE_TensorHandleResolve(handle, status.pointer);
    status.check(() => 'read a constant');
    try {
      const oper = this.#finish(
        'Const',
        () => 'create a constant',
        (op) => {
          api.TF_SetAttrTensor(op, 'value', tensor, status.pointer);
          api.TF_SetAttrType(op, 'dtype', dtype);
        },
      );
      if (dtype === DType.int32) this.#integers.set(oper, integersOf(api, tensor));
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

  /** Returns `null` if the shape cannot be inferred from the operations. */
  shape(output: GraphOutput): number[] | null {
    const { api, status } = this.#context;
    const rank = api.TF_GraphGetTensorNumDims(this.pointer, output, status.pointer);
    status.check(() => 'read the rank of a tensor');
    if (rank < 0) return null;
    const dims = new BigInt64Array(rank);
    api.TF_GraphGetTensorShape(this.pointer, output, dims, rank, status.pointer);
    status.check(() => 'read the shape of a tensor');
    const shape = Array.from(dims, Number);
    return shape.includes(-1) ? null : shape;
  }

  /** Registers the graph as a function. The operations `effects` run even if no output depends on them. */
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
    status.check(() => `create a function of ${this.#operations} operations`);
    api.TFE_ContextAddFunction(pointer, fn, status.pointer);
    api.TF_DeleteFunction(fn);
    status.check(() => `register a function of ${this.#operations} operations`);
  }

  dispose(): void {
    this.#context.api.TF_DeleteGraph(this.pointer);
  }

  #finish(name: string, attempt: () => string, fill: (op: Pointer) => void): Pointer {
    const { api, status } = this.#context;
    const op = api.TF_NewOperation(this.pointer, name, `${name}_${this.#operations++}`);
    fill(op);
    const finished = api.TF_FinishOperation(op, status.pointer);
    status.check(attempt);
    return finished;
  }

  #known(input: GraphOutput): KnownOperation['inputs'][number] {
    const values = this.#integers.get(input.oper) ?? null;
    return { dtype: this.dtype(input), shape: this.shape(input), values };
  }

  /** Groups the inputs to tensors and lists, according to the definition of the operation. */
  #grouped(
    operation: KnownOperation,
    inputs: readonly GraphOutput[],
  ): (GraphOutput | readonly GraphOutput[])[] {
    let next = 0;
    const groups = this.definition(operation.name).inputs.map(({ countAttribute }) => {
      const first = next;
      if (countAttribute === null) return inputs[next++] as GraphOutput;
      const value = operation.attributes.find(({ name }) => name === countAttribute)?.value;
      next += Math.max(0, Array.isArray(value) ? value.length : Number(value));
      return inputs.slice(first, next);
    });
    if (next === inputs.length) return groups;
    throw refusal(operation, `it has ${next} inputs with these attributes`, 'INVALID_ARGUMENT');
  }
}

function integersOf(api: CApi, tensor: Pointer): Int32Array {
  const bytes = bytesAt(api.TF_TensorData(tensor), api.TF_TensorByteSize(tensor)).slice();
  return new Int32Array(bytes.buffer);
}
