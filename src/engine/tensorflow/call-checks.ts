import { DType, type OpAttribute } from './attributes.ts';
import type { GraphOutput } from './c-api.ts';
import { Graph } from './compile/graph.ts';
import { OpDefinitions } from './compile/op-definitions.ts';
import type { Context } from './context.ts';
import type { Handles } from './handles.ts';

/** Inputs of integers with at most this many elements are values, such as shapes and axes, on which shapes depend. */
const MAX_VALUES = 32;

/** So many calls are remembered. */
const MAX_KNOWN = 10_000;

/**
 * Checks calls of operations before TensorFlow executes them. Its kernels end the process or read foreign memory where they
 * rely on checks that only graphs have: the count of inputs, the types and ranges of attributes, and shapes that fit.
 * So each new kind of call is first added to a graph of its own.
 */
export class CallChecks {
  readonly #context: Context;
  readonly #handles: Handles;
  readonly #definitions: OpDefinitions;
  readonly #known = new Set<string>();

  constructor(context: Context, handles: Handles) {
    this.#context = context;
    this.#handles = handles;
    this.#definitions = new OpDefinitions(context.api, context.status);
  }

  /** @throws TensorFlowError with the reason for which TensorFlow refuses the call. */
  check(name: string, attributes: readonly OpAttribute[], inputIds: readonly number[]): void {
    const inputs = inputIds.map((id) => {
      const { shape, dtype } = this.#handles.metadata(id);
      const size = shape.reduce((product, length) => product * length, 1);
      const isValue = (isWhole(dtype) || name === 'Range') && size <= MAX_VALUES;
      return { id, shape, dtype, values: isValue ? this.#handles.bytes(id) : null };
    });
    const key = JSON.stringify([
      name,
      attributes.map(({ name, type, value }) => [name, type, value]),
      inputs.map(({ shape, dtype, values }) => [dtype, shape, values?.join()]),
    ]);
    if (this.#known.has(key)) return;
    const graph = new Graph(this.#context, this.#definitions);
    try {
      graph.add({
        name,
        attributes,
        inputs: inputs.map(
          ({ id, shape, dtype, values }): GraphOutput =>
            values ? graph.constant(this.#handles.get(id)) : graph.placeholder(shape, dtype),
        ),
      });
    } finally {
      graph.dispose();
    }
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(key);
  }
}

const isWhole = (dtype: number) => dtype === DType.int32 || dtype === DType.int64;
