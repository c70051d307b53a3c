import { util } from '@tensorflow/tfjs';
import { AttrType, type OpAttribute } from '../attributes.ts';
import type { GraphOutput, Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';
import { DType, NUMERIC } from '../dtypes.ts';
import type { Handles, TensorMetadata, Values } from '../handles.ts';
import { Graph, type Operation, type OperationInput } from './graph.ts';
import type { OpDefinitions } from './op-definitions.ts';
import { type GraphTimes, profileGraph } from './profile.ts';
import { type Surroundings, simplify } from './simplify.ts';
import type { Slot } from './slots.ts';

/** Constants of so few elements, shapes mostly, are often asked for again. */
const FEW = 16;

/** An operation that cannot be part of a compiled function; the message names it. */
export class UntraceableError extends Error {
  override readonly name = 'UntraceableError';
}

/** An operation that changes variables in place. */
export interface Update {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  /** Beside the variables, which come first. */
  readonly inputIds: readonly number[];
}

interface SlotNodes {
  readonly handle: GraphOutput;
  /** All that reads or changes the variable, in its order. */
  readonly operations: Pointer[];
}

/** A variable, and the tensor that tfjs takes for its value. */
export interface Held {
  readonly slot: Slot;
  readonly id: number;
}

export interface RecordingOptions {
  readonly definitions: OpDefinitions;
  /** Whether the function is given its variables after its inputs, as XLA wants it, or finds them by name. */
  readonly takesVariables: boolean;
}

/**
 * Operations that are written into a graph instead of being done. Their tensors have ids and shapes but no
 * values; any other tensor that they take becomes a constant of the graph.
 */
export class Recording {
  readonly #context: Context;
  readonly #graph: Graph;
  readonly #handles: Handles;
  readonly #takesVariables: boolean;
  readonly #outputs = new Map<number, OperationInput>();
  /** What was asked for, by the `TF_Operation` that does it. */
  readonly #sources = new Map<Pointer, Operation>();
  /** Tensors that variables hold as the run begins; read when they are first needed. */
  readonly #slotOf = new Map<number, Slot>();
  readonly #initial = new Map<Slot, number>();
  /** The tensor that a variable holds at this point of the run. */
  readonly #held = new Map<Slot, number>();
  readonly #slotNodes = new Map<Slot, SlotNodes>();
  /** Small ones, by what they hold. */
  readonly #constants = new Map<string, GraphOutput>();
  readonly #inputs: GraphOutput[] = [];
  readonly #effects: Pointer[] = [];
  readonly #surroundings: Surroundings = {
    source: ({ oper }) => this.#sources.get(oper),
    shape: (output) => this.#graph.shape(output),
    constant: (shape, dtype, values) => this.#constant(shape, dtype, values),
    give: (operation) => this.#simplest(operation)[0] as GraphOutput,
  };

  constructor(
    context: Context,
    handles: Handles,
    { definitions, takesVariables }: RecordingOptions,
  ) {
    this.#takesVariables = takesVariables;
    this.#context = context;
    this.#graph = new Graph(context, definitions);
    this.#handles = handles;
  }

  /** Variables that the graph reads or writes. */
  get slots(): Slot[] {
    return [...this.#slotNodes.keys()];
  }

  /** Whether the id names a tensor of the graph, which has no value yet. */
  has(id: number): boolean {
    return this.#outputs.has(id) || this.#slotOf.has(id);
  }

  /** @throws UntraceableError when someone wants the values of a tensor of the graph. */
  refuseToRead(id: number): void {
    if (!this.has(id)) return;
    const output = this.#outputs.get(id);
    const source = output && this.#sources.get(output.oper);
    throw new UntraceableError(
      `${source ? `a tensor that ${source.name} gives` : 'an input'} is read within it`,
    );
  }

  /** The function's next input. */
  input(shape: number[], dtype: number): TensorMetadata {
    const output = this.#graph.placeholder(shape, dtype);
    this.#inputs.push(output);
    return { id: this.#add(output), shape, dtype };
  }

  /** What a variable holds as the run begins. */
  read(slot: Slot): TensorMetadata {
    const id = this.#handles.reserve();
    this.#slotOf.set(id, slot);
    this.#initial.set(slot, id);
    this.#held.set(slot, id);
    return { id, shape: slot.shape, dtype: slot.dtype };
  }

  /** Lets a variable hold the tensor from this point of the run on. */
  write({ slot, id }: Held): void {
    if (this.#held.get(slot) === id) return;
    const inputs = [this.#output(id)];
    this.#change([slot], { name: 'AssignVariableOp', attributes: dtypeOf(slot), inputs });
    this.#held.set(slot, id);
  }

  /**
   * An operation that changes variables in place: it takes them, then other inputs.
   * @returns the values that they have from then on
   */
  update(variables: readonly Held[], { name, attributes, inputIds }: Update): TensorMetadata[] {
    for (const held of variables) this.write(held);
    const inputs = inputIds.map((id) => this.#output(id));
    const slots = variables.map(({ slot }) => slot);
    this.#change(slots, { name, attributes, inputs });
    return slots.map((slot) => {
      const id = this.#add(this.#readNow(slot));
      this.#held.set(slot, id);
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
    const outputs = name === 'IdentityN' ? allAtOnce(inputs) : this.#simplest(operation);
    return outputs.map((output) => {
      const shape = this.#graph.shape(output);
      if (!shape) throw new UntraceableError(`the shape of what ${name} gives depends on values`);
      return { id: this.#add(output), shape, dtype: this.#graph.dtype(output) };
    });
  }

  /** Makes the graph a function that gives these tensors. */
  finish(name: string, outputIds: readonly number[]): void {
    const outputs = outputIds.map((id) => this.#output(id));
    const variables = [...this.#slotNodes.values()].map(({ handle }) => handle);
    const inputs = this.#takesVariables ? [...this.#inputs, ...variables] : this.#inputs;
    this.#graph.toFunction(name, { inputs, outputs, effects: this.#effects });
  }

  /**
   * Measures one run of the graph that was finished, on copies of the variables.
   * @param inputs,variables `TFE_TensorHandle`s; a variable's gives its value
   */
  profile(
    inputs: readonly Pointer[],
    variables: (slot: Slot) => Pointer,
    outputIds: readonly number[],
  ): GraphTimes {
    const beginnings = [...this.#slotNodes].map(([slot, { handle }]) => {
      const value = this.#graph.placeholder(slot.shape, slot.dtype);
      const inputs = [handle, value];
      const attributes = dtypeOf(slot);
      const oper = this.#graph.add({ name: 'AssignVariableOp', attributes, inputs });
      return { oper, feed: { output: value, handle: variables(slot) } };
    });
    const feeds = inputs.map((handle, i) => ({ output: this.#inputs[i] as GraphOutput, handle }));
    return profileGraph(this.#context, {
      graph: this.#graph.pointer,
      inputs: [...feeds, ...beginnings.map(({ feed }) => feed)],
      outputs: outputIds.map((id) => this.#output(id)),
      effects: this.#effects,
      beginnings: beginnings.map(({ oper }) => oper),
    });
  }

  dispose(): void {
    this.#graph.dispose();
  }

  /** What the operation gives; the first of it from less work where there is a way. */
  #simplest(operation: Operation): GraphOutput[] {
    const oper = this.#graph.add(operation);
    this.#sources.set(oper, operation);
    const outputs = this.#graph.outputs(oper);
    const [first, ...others] = outputs;
    const simpler = first && simplify(operation, first, this.#surroundings);
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

  /** TensorFlow finds equal ones itself, but late: until then each of its passes over the graph looks at them all. */
  #constantOf(id: number): GraphOutput {
    const { shape, dtype } = this.#handles.metadata(id);
    const handle = this.#handles.get(id);
    if (!NUMERIC.has(dtype) || util.sizeFromShape(shape) > FEW) return this.#graph.constant(handle);
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
    const known = this.#outputs.get(id);
    if (known) return known;
    const slot = this.#slotOf.get(id);
    const output = slot ? this.#readNow(slot) : this.#constantOf(id);
    this.#outputs.set(id, output);
    return output;
  }

  #nodes(slot: Slot): SlotNodes {
    const known = this.#slotNodes.get(slot);
    if (known) return known;
    const handle = this.#takesVariables
      ? this.#graph.placeholder([], DType.resource)
      : {
          oper: this.#graph.add({ name: 'VarHandleOp', attributes: slot.attributes, inputs: [] }),
          index: 0,
        };
    const nodes = { handle, operations: [] };
    this.#slotNodes.set(slot, nodes);
    return nodes;
  }

  #readNow(slot: Slot): GraphOutput {
    const { handle, operations } = this.#nodes(slot);
    const read = {
      name: 'ReadVariableOp',
      attributes: dtypeOf(slot),
      inputs: [handle],
      after: operations,
    };
    const oper = this.#graph.add(read);
    operations.push(oper);
    return this.#takesVariables ? this.#shaped(oper, slot) : { oper, index: 0 };
  }

  /** The shape of a variable that is given follows from nothing in the graph. */
  #shaped(read: Pointer, { shape, dtype }: Slot): GraphOutput {
    const attributes = [
      { name: 'T', type: AttrType.type, value: dtype },
      { name: 'shape', type: AttrType.shape, value: shape },
    ];
    const inputs = [{ oper: read, index: 0 }];
    return { oper: this.#graph.add({ name: 'EnsureShape', attributes, inputs }), index: 0 };
  }

  /** `slots` come first among the inputs. What they held at first is read before. */
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
 * What `IdentityN` gives: the same tensors, none used before all are there. As an operation it would be taken out of
 * the graph, where these are the order of others.
 */
function allAtOnce(tensors: readonly OperationInput[]): OperationInput[] {
  const after = tensors.flatMap((tensor) => [tensor.oper, ...(tensor.after ?? [])]);
  return tensors.map(({ oper, index }) => ({ oper, index, after }));
}

function dtypeOf(slot: Slot): OpAttribute[] {
  return [{ name: 'dtype', type: AttrType.type, value: slot.dtype }];
}
