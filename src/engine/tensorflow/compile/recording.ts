import { AttrType, type OpAttribute } from '../attributes.ts';
import type { GraphOutput, Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';
import type { Handles, TensorMetadata } from '../handles.ts';
import { Graph } from './graph.ts';
import type { OpDefinitions } from './op-definitions.ts';
import type { Slot } from './slots.ts';

/** An operation that cannot be part of a compiled function; the message names it. */
export class UntraceableError extends Error {
  override readonly name = 'UntraceableError';
}

interface SlotNodes {
  readonly handle: GraphOutput;
  /** The variable's value as the run begins. */
  readonly value: GraphOutput;
}

/**
 * Operations that are written into a graph instead of being done. Their tensors have ids and shapes but no
 * values; any other tensor that they take becomes a constant of the graph.
 */
export class Recording {
  readonly #graph: Graph;
  readonly #handles: Handles;
  readonly #outputs = new Map<number, GraphOutput>();
  /** The operation that gives a tensor. */
  readonly #sources = new Map<number, string>();
  readonly #slotOf = new Map<number, Slot>();
  readonly #slotNodes = new Map<Slot, SlotNodes>();
  readonly #inputs: GraphOutput[] = [];
  readonly #effects: Pointer[] = [];

  constructor(context: Context, handles: Handles, definitions: OpDefinitions) {
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
    const source = this.#sources.get(id);
    throw new UntraceableError(
      `${source ? `a tensor that ${source} gives` : 'an input'} is read within it`,
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
    return { id, shape: slot.shape, dtype: slot.dtype };
  }

  /** Lets a variable hold the tensor from the end of the run on. */
  write(slot: Slot, id: number): void {
    const value = this.#output(id);
    const { handle, value: before } = this.#nodes(slot);
    const assign = {
      name: 'AssignVariableOp',
      attributes: [{ name: 'dtype', type: AttrType.type, value: slot.dtype }],
      inputs: [handle, value],
      after: [before.oper],
    };
    this.#effects.push(this.#graph.add(assign));
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
    const operation = this.#graph.add({ name, attributes, inputs });
    return this.#graph.outputs(operation).map((output) => {
      const shape = this.#graph.shape(output);
      if (!shape) throw new UntraceableError(`the shape of what ${name} gives depends on values`);
      const id = this.#add(output);
      this.#sources.set(id, name);
      return { id, shape, dtype: this.#graph.dtype(output) };
    });
  }

  /** Makes the graph a function that gives these tensors. */
  finish(name: string, outputIds: readonly number[]): void {
    const outputs = outputIds.map((id) => this.#output(id));
    this.#graph.toFunction(name, { inputs: this.#inputs, outputs, effects: this.#effects });
  }

  dispose(): void {
    this.#graph.dispose();
  }

  #add(output: GraphOutput): number {
    const id = this.#handles.reserve();
    this.#outputs.set(id, output);
    return id;
  }

  #output(id: number): GraphOutput {
    const slot = this.#slotOf.get(id);
    if (slot) return this.#nodes(slot).value;
    const known = this.#outputs.get(id);
    if (known) return known;
    const constant = this.#graph.constant(this.#handles.get(id));
    this.#outputs.set(id, constant);
    return constant;
  }

  #nodes(slot: Slot): SlotNodes {
    const known = this.#slotNodes.get(slot);
    if (known) return known;
    const handle = {
      oper: this.#graph.add({ name: 'VarHandleOp', attributes: slot.attributes, inputs: [] }),
      index: 0,
    };
    const attributes = [{ name: 'dtype', type: AttrType.type, value: slot.dtype }];
    const read = { name: 'ReadVariableOp', attributes, inputs: [handle] };
    const nodes = { handle, value: { oper: this.#graph.add(read), index: 0 } };
    this.#slotNodes.set(slot, nodes);
    return nodes;
  }
}
