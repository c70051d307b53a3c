import fc from 'fast-check';
import { AttrType, DType, type OpAttribute } from '../../src/engine/tensorflow/attributes.ts';
import type { Values } from '../../src/engine/tensorflow/handles.ts';

/** A value of an input of an operation. */
export interface CallInput {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: Values;
}

/** A call of an operation of TensorFlow. */
export interface Call {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly CallInput[];
  readonly outputs: number;
}

const KINDS = [
  ...['dimension', 'dimension', 'everywhere', 'everywhere', 'rank', 'dtype', 'value', 'value'],
  ...['attribute', 'attribute', 'attribute', 'inputs', 'attributes', 'outputs'],
] as const;

export interface CallChange {
  readonly kind: (typeof KINDS)[number];
  /** Which input or attribute. */
  readonly at: number;
  /** Which of its dimensions or values. */
  readonly place: number;
  readonly number: number;
  /** A value of another kind than numbers have. */
  readonly other: unknown;
}

const NUMBERS = [0, 0, 1, 1, 2, 3, 4, 7, -1, -2, 64, 1000, 4096, 2 ** 16, 2 ** 31 - 1, -(2 ** 31)];
const OTHERS = [
  ...['SAME', 'VALID', 'EXPLICIT', 'NHWC', 'NCHW', 'NDHWC', 'REFLECT', 'SYMMETRIC', 'nearest', ''],
  ...[Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40, -(2 ** 62)],
  ...[[], [0], [1, 2], [1, 1, 1, 1], [1, 9, 9, 1], [0, 0, 1, 1, 1, 1, 0, 0], [-1, 2 ** 31]],
  ...[['Relu'], ['BiasAdd', 'Relu6']],
];
/** Those of the engine, and double, int16, bfloat16 and numbers that are none. */
const DTYPES = [...Object.values(DType), 2, 5, 14, 0, 100, -1];

export const callChange: fc.Arbitrary<CallChange> = fc.record(
  {
    kind: fc.constantFrom(...KINDS),
    at: fc.nat(7),
    place: fc.nat(7),
    number: fc.constantFrom(...NUMBERS),
    other: fc.constantFrom(...OTHERS),
  },
  { noNullPrototype: true },
);

/** Larger inputs would only take time. */
const MAX_ELEMENTS = 2e4;

/** Changes one of the items, counted from the start again after the last one. */
const change = <Item>(items: readonly Item[], at: number, edit: (item: Item) => Item): Item[] =>
  items.map((item, i) => (i === at % items.length ? edit(item) : item));

export function changeCall(call: Call, { kind, at, place, number, other }: CallChange): Call {
  const { inputs, attributes } = call;
  const onInput = (edit: (input: CallInput) => CallInput) => ({
    ...call,
    inputs: change(inputs, at, edit),
  });
  switch (kind) {
    case 'dimension':
      return onInput((input) =>
        resized(
          input,
          change(input.shape, place, () => number),
        ),
      );
    case 'everywhere': {
      // A size that inputs and attributes share, such as the count of channels.
      const sizes = [...new Set(inputs.flatMap(({ shape }) => shape))];
      const swap = (size: unknown) => (size === sizes[at % sizes.length] ? number : size);
      return {
        ...call,
        inputs: inputs.map((input) => resized(input, input.shape.map(swap) as number[])),
        attributes: attributes.map((each) =>
          Array.isArray(each.value) ? { ...each, value: each.value.map(swap) } : each,
        ),
      };
    }
    case 'rank':
      return onInput((input) =>
        resized(input, number % 2 ? [...input.shape, place] : input.shape.slice(place % 3)),
      );
    case 'dtype': {
      const from = inputs[at % inputs.length]?.dtype;
      const to = Object.values(DType)[place % 7] as number;
      const isType = ({ value }: OpAttribute) => value === from && number % 2 !== 0;
      return {
        ...onInput((input) => cast(input, to)),
        attributes: attributes.map((each) => (isType(each) ? { ...each, value: to } : each)),
      };
    }
    case 'value': {
      const value = typeof other === 'number' ? other : number;
      return onInput((input) => ({
        ...input,
        values: likeValues(
          input.values,
          change<unknown>([...input.values], place, () => value),
        ),
      }));
    }
    case 'attribute':
      return {
        ...call,
        attributes: change(attributes, at, (each) => changeAttribute(each, place, number, other)),
      };
    case 'inputs':
      return { ...call, inputs: place % 2 ? inputs.slice(1) : [...inputs.slice(-1), ...inputs] };
    case 'attributes':
      return { ...call, attributes: attributes.filter((_, i) => i !== at % attributes.length) };
    case 'outputs':
      return { ...call, outputs: Math.abs(number) % 9 };
  }
}

function changeAttribute(
  attribute: OpAttribute,
  place: number,
  number: number,
  other: unknown,
): OpAttribute {
  const { type, value } = attribute;
  const changed = typeof other === 'number' ? other : number;
  if (Array.isArray(value)) {
    return {
      ...attribute,
      value: Array.isArray(other) ? other : change(value, place, () => changed),
    };
  }
  switch (type) {
    case AttrType.type:
      return { ...attribute, value: DTYPES[(place + Math.abs(number)) % DTYPES.length] };
    case AttrType.bool:
      return { ...attribute, value: !value };
    case AttrType.string:
      return { ...attribute, value: String(other) };
    default:
      return place === 0
        ? { ...attribute, type: Math.abs(number) % 7 }
        : { ...attribute, value: changed };
  }
}

/** Repeats or cuts the values of an input. */
function resized(input: CallInput, shape: readonly number[]): CallInput {
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.some((length) => length < 0) || size > MAX_ELEMENTS) return input;
  const { values } = input;
  const all = Array.from({ length: size }, (_, i) => values[i % Math.max(1, values.length)] ?? 0);
  return { ...input, shape, values: likeValues(values, all) };
}

function likeValues(values: Values, all: readonly unknown[]): Values {
  if (Array.isArray(values)) {
    return all.map((each) => (each instanceof Uint8Array ? each : new Uint8Array(0)));
  }
  return (values.constructor as Int32ArrayConstructor).from(all as number[]);
}

function cast({ shape, values }: CallInput, dtype: number): CallInput {
  const all: unknown[] = [...values];
  const numbers = all.map((each) => (each instanceof Uint8Array ? 1 : Number(each)));
  return { shape, dtype, values: castValues(numbers, dtype) };
}

function castValues(numbers: readonly number[], dtype: number): Values {
  switch (dtype) {
    case DType.string:
      return numbers.map(() => Uint8Array.of(97));
    case DType.complex64:
      return Float32Array.from(numbers.flatMap((each) => [each, 0]));
    case DType.int64:
      return Int32Array.from(numbers.flatMap((each) => [each, each < 0 ? -1 : 0]));
    case DType.float32:
      return Float32Array.from(numbers);
    case DType.int32:
      return Int32Array.from(numbers);
    default:
      return Uint8Array.from(numbers);
  }
}
