import { bytesField, floatField, integerField, message } from '../../common/protobuf.ts';

/*
 * ONNX graphs, written as protocol buffers. Numbers of fields: onnx/onnx.proto3 of ONNX 1.13 (IR version 8, opset 18).
 */

const FLOAT = 1;
const UINT8 = 2;
const INT64 = 7;
const IR_VERSION = 8;
const OPSET = 18;

/** The name of a tensor in a graph. */
export type Value = string;

/** Arguments of an operation: texts, whole numbers from 0 as `number`, floats as `{ float }`, lists of whole numbers. */
export type Attributes = Readonly<
  Record<string, string | number | readonly number[] | { readonly float: number }>
>;

/** A dimension: its size, or the name of a size that is not fixed. */
export type Dimension = number | string;

/** A graph of one input and one output, to which operations are added in their order. */
export class OnnxGraph {
  readonly #nodes: Buffer[] = [];
  readonly #constants: Buffer[] = [];
  #count = 0;

  /** Adds an operation. @returns its output. */
  add(type: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.addAll(type, inputs, 1, attributes)[0] as Value;
  }

  /** Adds an operation of several outputs. */
  addAll(
    type: string,
    inputs: readonly Value[],
    outputs: number,
    attributes: Attributes = {},
  ): Value[] {
    const names = Array.from({ length: outputs }, () => this.#newName(type));
    this.#addNode(type, inputs, names, attributes);
    return names;
  }

  /** Adds float32 constants. */
  floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Value {
    return this.#constant(FLOAT, shape, Float32Array.from(values));
  }

  scalar(value: number): Value {
    return this.floats([value], []);
  }

  /** Adds a vector of int64. */
  integers(values: readonly number[]): Value {
    return this.#constant(INT64, [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  /**
   * Returns the bytes of a model of this graph.
   * @param metadata texts that programs can read from the model.
   */
  serialize(
    input: { readonly name: string; readonly shape: readonly Dimension[] },
    output: { readonly name: string; readonly value: Value; readonly shape: readonly Dimension[] },
    { producer, metadata }: { producer: string; metadata: Readonly<Record<string, string>> },
  ): Buffer {
    this.#addNode('Identity', [output.value], [output.name], {});
    const graph = message(
      ...this.#nodes.map((node) => bytesField(1, node)),
      bytesField(2, 'classifier'),
      ...this.#constants.map((constant) => bytesField(5, constant)),
      bytesField(11, valueInfo(input.name, UINT8, input.shape)),
      bytesField(12, valueInfo(output.name, FLOAT, output.shape)),
    );
    return message(
      integerField(1, IR_VERSION),
      bytesField(2, producer),
      bytesField(7, graph),
      bytesField(8, message(bytesField(1, ''), integerField(2, OPSET))),
      ...Object.entries(metadata).map(([key, value]) =>
        bytesField(14, message(bytesField(1, key), bytesField(2, value))),
      ),
    );
  }

  #addNode(
    type: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    attributes: Attributes,
  ): void {
    const node = message(
      ...inputs.map((name) => bytesField(1, name)),
      ...outputs.map((name) => bytesField(2, name)),
      bytesField(3, outputs[0] ?? ''),
      bytesField(4, type),
      ...Object.entries(attributes).map(([name, value]) => bytesField(5, attribute(name, value))),
    );
    this.#nodes.push(node);
  }

  #constant(type: number, shape: readonly number[], values: Float32Array | BigInt64Array): Value {
    const name = this.#newName('constant');
    const { buffer, byteOffset, byteLength } = values;
    const tensor = message(
      ...shape.map((size) => integerField(1, size)),
      integerField(2, type),
      bytesField(8, name),
      bytesField(9, new Uint8Array(buffer, byteOffset, byteLength)),
    );
    this.#constants.push(tensor);
    return name;
  }

  #newName(type: string): Value {
    this.#count += 1;
    return `${type.toLowerCase()}_${this.#count}`;
  }
}

const ATTRIBUTE = { float: 1, integer: 2, string: 3, integers: 7 } as const;

function attribute(name: string, value: Attributes[string]): Buffer {
  const of = (type: keyof typeof ATTRIBUTE, ...content: Buffer[]) =>
    message(bytesField(1, name), ...content, integerField(20, ATTRIBUTE[type]));
  if (typeof value === 'string') return of('string', bytesField(4, value));
  if (typeof value === 'number') return of('integer', integerField(3, value));
  if ('float' in value) return of('float', floatField(2, value.float));
  return of('integers', ...value.map((each) => integerField(8, each)));
}

function valueInfo(name: string, type: number, shape: readonly Dimension[]): Buffer {
  const dimensions = shape.map((size) =>
    bytesField(1, typeof size === 'number' ? integerField(1, size) : bytesField(2, size)),
  );
  const tensor = message(integerField(1, type), bytesField(2, message(...dimensions)));
  return message(bytesField(1, name), bytesField(2, bytesField(1, tensor)));
}
