import { util } from '@tensorflow/tfjs';
import type { Precision } from '../../../experiment/experiment.ts';
import { AttrType, DType, NUMERIC, type OpAttribute } from '../attributes.ts';
import type { GraphOutput, Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';
import { isNondeterministic } from '../gpu-arithmetic.ts';
import type { Handles, TensorMetadata, Values } from '../handles.ts';
import { Graph, type Operation, type OperationInput } from './graph.ts';
import type { OpDefinitions } from './op-definitions.ts';
import { type GraphTimes, profileGraph } from './profile.ts';
import { type GraphRecorder, simplify } from './simplify.ts';
import type { Slot } from './slots.ts';

/** Constants with at most this many elements, mostly shapes, are shared. */
const MAX_SHARED_ELEMENTS = 16;

/** A function cannot be compiled; the message names the operation that prevents it. */
class UntraceableError extends Error {
  override readonly name = 'UntraceableError';
}

/** An operation that changes variables in place. They are its first inputs. */
export interface Update {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  /** The other inputs. */
  readonly inputIds: readonly number[];
}

interface SlotNodes {
  readonly handle: GraphOutput;
  /** Operations that read or change the variable, in order. */
  readonly operations: Pointer[];
}

/** A variable, and the id of the tensor that is its value. */
interface SlotValue {
  readonly slot: Slot;
  readonly id: number;
}

interface RecordingOptions {
  readonly definitions: OpDefinitions;
  /** Variables are inputs of the function, as XLA requires; else the function finds them by name. */
  readonly variablesAsInputs: boolean;
  /** The precision in which TensorFlow will compute the operations. */
  readonly precision: Precision;
}

/**
 * Records operations in a graph instead of executing them. Their tensors have ids and shapes but no values. Other tensors
 * that are used as inputs become constants of the graph.
 */
export class Recording {
  readonly #context: Context;
  readonly #graph: Graph;
  readonly #handles: Handles;
  readonly #variablesAsInputs: boolean;
  readonly precision: Precision;
  readonly #outputs = new Map<number, OperationInput>();
  /** The recorded operations by their `TF_Operation`. */
  readonly #sources = new Map<Pointer, Operation>();
  /** The ids of initial values of variables, which are read when they are first needed. */
  readonly #slotOf = new Map<number, Slot>();
  readonly #initial = new Map<Slot, number>();
  /** The ids of current values of variables. */
  readonly #current = new Map<Slot, number>();
  readonly #slotNodes = new Map<Slot, SlotNodes>();
  /** Small constants by their contents. */
  readonly #constants = new Map<string, GraphOutput>();
  readonly #inputs: GraphOutput[] = [];
  readonly #effects: Pointer[] = [];
  readonly #recorder: GraphRecorder;

  constructor(
    context: Context,
    handles: Handles,
    { definitions, variablesAsInputs, precision }: RecordingOptions,
  ) {
    this.#variablesAsInputs = variablesAsInputs;
    this.precision = precision;
    this.#context = context;
    this.#graph = new Graph(context, definitions);
    this.#handles = handles;
    this.#recorder = {
      precision,
      source: ({ oper }) => this.#sources.get(oper),
      shape: (output) => this.#graph.shape(output),
      constant: (shape, dtype, values) => this.#constant(shape, dtype, values),
      record: (operation) => this.#addSimplified(operation)[0] as GraphOutput,
    };
  }

  /** The variables that the graph reads or writes. */
  get slots(): Slot[] {
    return [...this.#slotNodes.keys()];
  }

  /** The recorded operations that have no deterministic kernel for GPUs. */
  get nondeterministic(): string[] {
    const operations = [...this.#sources.values()];
    return operations
      .filter(({ name, attributes }) => isNondeterministic(name, attributes))
      .map(({ name }) => name);
  }

  /** Returns `true` for tensors of the graph, which have no values. */
  has(id: number): boolean {
    return this.#outputs.has(id) || this.#slotOf.has(id);
  }

  /** @throws UntraceableError for tensors of the graph, which have no values to read. */
  assertReadable(id: number): void {
    if (!this.has(id)) return;
    const output = this.#outputs.get(id);
    const source = output && this.#sources.get(output.oper);
    throw new UntraceableError(
      `it reads the values of ${source ? `an output of ${source.name}` : 'an input'}`,
    );
  }

  /** Adds an input of the function. */
  input(shape: number[], dtype: number): TensorMetadata {
    const output = this.#graph.placeholder(shape, dtype);
    this.#inputs.push(output);
    return { id: this.#add(output), shape, dtype };
  }

  /** Returns the initial value of a variable. */
  read(slot: Slot): TensorMetadata {
    const id = this.#handles.reserve();
    this.#slotOf.set(id, slot);
    this.#initial.set(slot, id);
    this.#current.set(slot, id);
    return { id, shape: slot.shape, dtype: slot.dtype };
  }

  /** Assigns a tensor to a variable. */
  write({ slot, id }: SlotValue): void {
    if (this.#current.get(slot) === id) return;
    const inputs = [this.#output(id)];
    this.#change([slot], { name: 'AssignVariableOp', attributes: dtypeOf(slot), inputs });
    this.#current.set(slot, id);
  }

  /** Records an operation that changes variables in place, and returns their new values. */
  update(
    variables: readonly SlotValue[],
    { name, attributes, inputIds }: Update,
  ): TensorMetadata[] {
    for (const variable of variables) this.write(variable);
    const inputs = inputIds.map((id) => this.#output(id));
    const slots = variables.map(({ slot }) => slot);
    this.#change(slots, { name, attributes, inputs });
    return slots.map((slot) => {
      const id = this.#add(this.#readVariable(slot));
      this.#current.set(slot, id);
      return { id, shape: slot.shape, dtype: slot.dtype };
    });
  }

  /** @throws UntraceableError */
  execute(
    name: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
  ): TensorMetadata[] {
    if (this.#graph.definition(name).stateful) {
      throw new UntraceableError(`${name} does not depend on its inputs alone`);
    }
    const inputs = inputIds.map((id) => this.#output(id));
    const operation = { name, attributes, inputs };
    const outputs = name === 'IdentityN' ? barrierOutputs(inputs) : this.#addSimplified(operation);
    return outputs.map((output) => {
      const shape = this.#graph.shape(output);
      if (!shape) throw new UntraceableError(`the output shape of ${name} depends on values`);
      return { id: this.#add(output), shape, dtype: this.#graph.dtype(output) };
    });
  }

  /** Registers the graph as a function with these outputs. */
  toFunction(name: string, outputIds: readonly number[]): void {
    const outputs = outputIds.map((id) => this.#output(id));
    const variables = [...this.#slotNodes.values()].map(({ handle }) => handle);
    const inputs = this.#variablesAsInputs ? [...this.#inputs, ...variables] : this.#inputs;
    this.#graph.toFunction(name, { inputs, outputs, effects: this.#effects });
  }

  /**
   * Measures one run of the complete graph with copies of the variables.
   *
   * @param inputs `TFE_TensorHandle`s
   * @param handleOf returns the `TFE_TensorHandle` of the value of a variable
   */
  profile(
    inputs: readonly Pointer[],
    handleOf: (slot: Slot) => Pointer,
    outputIds: readonly number[],
  ): GraphTimes {
    const initializers = [...this.#slotNodes].map(([slot, { handle }]) => {
      const value = this.#graph.placeholder(slot.shape, slot.dtype);
      const inputs = [handle, value];
      const attributes = dtypeOf(slot);
      const oper = this.#graph.add({ name: 'AssignVariableOp', attributes, inputs });
      return { oper, feed: { output: value, handle: handleOf(slot) } };
    });
    const feeds = inputs.map((handle, i) => ({ output: this.#inputs[i] as GraphOutput, handle }));
    return profileGraph(this.#context, {
      graph: this.#graph.pointer,
      precision: this.precision,
      inputs: [...feeds, ...initializers.map(({ feed }) => feed)],
      outputs: outputIds.map((id) => this.#output(id)),
      effects: this.#effects,
      initializers: initializers.map(({ oper }) => oper),
    });
  }

  dispose(): void {
    this.#graph.dispose();
  }

  /** Adds an operation and returns its outputs; the first one is simplified if possible. */
  #addSimplified(operation: Operation): GraphOutput[] {
    const oper = this.#graph.add(operation);
    this.#sources.set(oper, operation);
    const outputs = this.#graph.outputs(oper);
    const [first, ...others] = outputs;
    const simpler = first && simplify(operation, first, this.#recorder);
    return simpler ? [simpler, ...others] : outputs;
  }

  #constant(shape: readonly number[], dtype: number, values: Values): GraphOutput {
    const id = this.#handles.create(shape, dtype, values);
    try {
      return this.#constantOf(id);
    } finally {
      this.#handles.delete(id);
    }
  }

  /** Shares equal constants. TensorFlow does so only in a late pass; the passes before would process all copies. */
  #constantOf(id: number): GraphOutput {
    const { shape, dtype } = this.#handles.metadata(id);
    const handle = this.#handles.get(id);
    if (!NUMERIC.has(dtype) || util.sizeFromShape(shape) > MAX_SHARED_ELEMENTS)
      return this.#graph.constant(handle);
    const key = `${dtype} [${shape}] ${this.#handles.bytes(id)}`;
    const output = this.#constants.get(key) ?? this.#graph.constant(handle);
    this.#constants.set(key, output);
    return output;
  }

  #add(output: OperationInput): number {
    const id = this.#handles.reserve();
    this.#outputs.set(id, output);
    return id;
  }

  #output(id: number): OperationInput {
    const existing = this.#outputs.get(id);
    if (existing) return existing;
    const slot = this.#slotOf.get(id);
    const output = slot ? this.#readVariable(slot) : this.#constantOf(id);
    this.#outputs.set(id, output);
    return output;
  }

  #nodes(slot: Slot): SlotNodes {
    const existing = this.#slotNodes.get(slot);
    if (existing) return existing;
    const handle = this.#variablesAsInputs
      ? this.#graph.placeholder([], DType.resource)
      : {
          oper: this.#graph.add({ name: 'VarHandleOp', attributes: slot.attributes, inputs: [] }),
          index: 0,
        };
    const nodes = { handle, operations: [] };
    this.#slotNodes.set(slot, nodes);
    return nodes;
  }

  #readVariable(slot: Slot): GraphOutput {
    const { handle, operations } = this.#nodes(slot);
    const read = {
      name: 'ReadVariableOp',
      attributes: dtypeOf(slot),
      inputs: [handle],
      after: operations,
    };
    const oper = this.#graph.add(read);
    operations.push(oper);
    return this.#variablesAsInputs ? this.#withShape(oper, slot) : { oper, index: 0 };
  }

  /** Adds the shape of a variable that is an input, because it cannot be inferred from the graph. */
  #withShape(read: Pointer, { shape, dtype }: Slot): GraphOutput {
    const attributes = [
      { name: 'T', type: AttrType.type, value: dtype },
      { name: 'shape', type: AttrType.shape, value: shape },
    ];
    const inputs = [{ oper: read, index: 0 }];
    return { oper: this.#graph.add({ name: 'EnsureShape', attributes, inputs }), index: 0 };
  }

  /** Adds an operation that changes variables, after their initial values have been read. */
  #change(slots: readonly Slot[], { inputs, ...operation }: Operation): void {
    for (const slot of slots) this.#output(this.#initial.get(slot) as number);
    const nodes = slots.map((slot) => this.#nodes(slot));
    const changed = this.#graph.add({
      ...operation,
      inputs: [...nodes.map(({ handle }) => handle), ...inputs],
      after: nodes.flatMap(({ operations }) => operations),
    });
    for (const { operations } of nodes) operations.push(changed);
    this.#effects.push(changed);
  }
}

/**
 * Returns the outputs of `IdentityN`: the same tensors, which are used only after all of them are available. TensorFlow would
 * remove the operation itself, but keeps these control dependencies.
 */
function barrierOutputs(tensors: readonly OperationInput[]): OperationInput[] {
  const after = tensors.flatMap((tensor) => [tensor.oper, ...(tensor.after ?? [])]);
  return tensors.map(({ oper, index }) => ({ oper, index, after }));
}

function dtypeOf(slot: Slot): OpAttribute[] {
  return [{ name: 'dtype', type: AttrType.type, value: slot.dtype }];
}
