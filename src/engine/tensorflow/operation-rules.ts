import { totalmem } from 'node:os';
import { dtypeName, type OpAttribute } from './attributes.ts';
import { TensorFlowError } from './context.ts';

/** What is known of an input of an operation before it runs. */
interface KnownInput {
  readonly dtype: number;
  /** `null` if it depends on values. */
  readonly shape: readonly number[] | null;
  /** The values of a constant of int32. */
  readonly values: Int32Array | null;
}

export interface KnownOperation {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly KnownInput[];
}

/** Returns what is wrong, or nothing. */
type Rule = (operation: KnownOperation) => string | false | null | undefined;

/** Lists with a number for each dimension of the images. */
const WINDOW = /^(ksize|strides|dilations|rates)$/;
/** Kernels count the pixels of a window one by one, and sums of larger windows overflow. */
const WIDEST = 4096;

/** Which input of a gradient is the shape of its output. */
const SHAPE_INPUT: Readonly<Record<string, number>> = {
  AvgPoolGrad: 0,
  AvgPool3DGrad: 0,
  Conv2DBackpropInput: 0,
  Conv2DBackpropFilter: 1,
  Conv3DBackpropInputV2: 0,
  Conv3DBackpropFilterV2: 1,
  DepthwiseConv2dNativeBackpropInput: 0,
  DepthwiseConv2dNativeBackpropFilter: 1,
};

/** The dimensions of images, or of volumes. */
const rankOf = (name: string) => (name.includes('3D') ? 5 : 4);

const attribute = ({ attributes }: KnownOperation, name: string) =>
  attributes.find((each) => each.name === name)?.value;

/**
 * What kernels of TensorFlow and oneDNN assert, so that a mistake would end the process, and the shape functions of graphs do
 * not check. `npm run fuzz -- operations` found them.
 */
const RULES: readonly Rule[] = [
  function windows({ name, attributes }) {
    const rank = rankOf(name);
    const wrong = attributes.find(
      ({ name, value }) =>
        WINDOW.test(name) &&
        Array.isArray(value) &&
        (value.length !== rank || value.some((each) => !(each >= 1 && each <= WIDEST))),
    );
    return (
      wrong && `${wrong.name} must be ${rank} numbers from 1 to ${WIDEST}, not [${wrong.value}]`
    );
  },
  function gradients({ name, inputs }) {
    const at = SHAPE_INPUT[name];
    if (at === undefined) return;
    const rank = rankOf(name);
    const values = inputs[at]?.values;
    // Only a batch may be empty.
    if (values && (values.length !== rank || values.some((each, i) => each < (i === 0 ? 0 : 1)))) {
      return `its input ${at} must be a shape of ${rank} dimensions, not [${values}]`;
    }
    return (
      inputs.some(({ shape }, i) => i !== at && shape && shape.length !== rank) &&
      `its other inputs must have ${rank} dimensions`
    );
  },
  function batchDimensions(operation) {
    if (operation.name !== 'GatherV2') return;
    const count = Number(attribute(operation, 'batch_dims') ?? 0);
    const ranks = operation.inputs.slice(0, 2).flatMap(({ shape }) => shape?.length ?? []);
    return Math.abs(count) > Math.min(...ranks) && `its inputs have no ${count} dimensions`;
  },
  function splits(operation) {
    const shape = operation.name === 'SplitV' && operation.inputs[1]?.shape;
    const count = attribute(operation, 'num_split');
    return shape && shape.join() !== `${count}` && `its sizes must be a list of ${count}`;
  },
  // The operation would get so many outputs before TensorFlow looks at the input.
  function parts(operation) {
    const shape = operation.name === 'Unpack' && operation.inputs[0]?.shape;
    const count = attribute(operation, 'num') as number;
    return shape && !shape.includes(count) && `its input has no dimension of ${count}`;
  },
];

/** @throws TensorFlowError with the first rule that is broken. */
export function checkOperation(operation: KnownOperation): void {
  for (const rule of RULES) {
    const wrong = rule(operation);
    if (wrong) throw refusal(operation, wrong, 'INVALID_ARGUMENT');
  }
}

const MAX_RANK = 254;

/**
 * @param shapes of the outputs
 * @throws TensorFlowError if they have too many dimensions, or more elements than the memory of the machine.
 */
export function checkOutputs(
  operation: KnownOperation,
  shapes: readonly (readonly number[])[],
): void {
  if (shapes.some((shape) => shape.length > MAX_RANK)) {
    throw refusal(operation, `a tensor has at most ${MAX_RANK} dimensions`, 'INVALID_ARGUMENT');
  }
  const counts = shapes.map((shape) => shape.reduce((product, length) => product * length, 1));
  const bytes = 4 * counts.reduce((sum, count) => sum + count, 0);
  if (bytes > totalmem()) {
    const needed = `its outputs need ${(bytes / 1e9).toPrecision(2)} GB of memory`;
    throw refusal(operation, needed, 'RESOURCE_EXHAUSTED');
  }
}

/** Returns a text for error messages, such as `run Add(float32[2,3], float32[3])`. */
export function attemptOf({ name, inputs }: KnownOperation): string {
  const operands = inputs.map(({ dtype, shape }) => `${dtypeName(dtype)}[${shape ?? '…'}]`);
  return `run ${name}(${operands.join(', ')})`;
}

export function refusal(operation: KnownOperation, reason: string, code: string): TensorFlowError {
  const message = `TensorFlow could not ${attemptOf(operation)}: ${reason} (${code})`;
  return new TensorFlowError(code, message);
}
