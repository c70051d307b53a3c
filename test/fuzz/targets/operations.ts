import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import type { Engine } from '../../../src/engine/engine.ts';
import { startEngine } from '../../../src/engine/start-engine.ts';
import { DType, dtypeName } from '../../../src/engine/tensorflow/attributes.ts';
import type { Binding } from '../../../src/engine/tensorflow/backend.ts';
import type { TensorMetadata } from '../../../src/engine/tensorflow/handles.ts';
import {
  type Call,
  type CallChange,
  type CallInput,
  callChange,
  changeCall,
} from '../call-changes.ts';
import { kernelCalls } from '../kernel-calls.ts';
import { target } from '../target.ts';

interface Case {
  /** The operation and its inputs, before the changes. */
  readonly operation: string;
  readonly changes: readonly CallChange[];
  /** Within a compiled function. */
  readonly compiled: boolean;
}

const found = (operation: string, ...changes: Partial<CallChange>[]): Case[] =>
  [false, true].map((compiled) => ({
    operation,
    changes: changes.map((each) => ({
      ...{ kind: 'value', at: 0, place: 0, number: 0, other: null },
      ...each,
    })),
    compiled,
  }));

const FILTER_GRADIENT =
  'DepthwiseConv2dNativeBackpropFilter(float32[2,6,5,3],int32[4],float32[2,6,5,6])';

/** They ended the process, took its memory, or never ended. */
const FOUND: readonly Case[] = [
  ...found('ResizeNearestNeighbor(float32[2,6,5,3],int32[2])', { kind: 'inputs', place: 1 }),
  ...found('Conv2DBackpropInput(int32[4],float32[3,2,3,4],float32[2,2,4,4])', {
    kind: 'everywhere',
    at: 3,
    number: 3,
  }),
  ...found(FILTER_GRADIENT, { kind: 'attribute', at: 1, other: [0] }),
  ...found(FILTER_GRADIENT, { at: 1, place: 2 }),
  ...found('DepthwiseConv2dNativeBackpropInput(int32[4],float32[3,3,3,2],float32[2,6,5,6])', {
    number: -1,
  }),
  ...found('Conv3DBackpropFilterV2(float32[1,4,5,6,2],int32[5],float32[1,4,5,6,3])', {
    kind: 'attribute',
    other: [0],
  }),
  ...found('AvgPoolGrad(int32[4],float32[2,3,3,3])', { kind: 'rank', at: 1, place: 1 }),
  ...found('MaxPool(float32[2,6,5,3])', {
    kind: 'attribute',
    at: 1,
    place: 1,
    number: 2 ** 31 - 1,
  }),
  ...found('SplitV(float32[2,3],int32[2],int32[])', { kind: 'rank', at: 1, place: 1 }),
  ...found('Unpack(float32[2,3])', { kind: 'attribute', place: 1, number: 2 ** 31 - 1 }),
  ...found('GatherV2(float32[2,3],int32[3],int32[])', { kind: 'attribute', place: 1, number: 4 }),
  ...found('SparseToDense(int32[2,1],int32[1],float32[2],float32[])', {
    kind: 'dimension',
    at: 1,
    number: 1000,
  }),
  ...found('Range(float32[],float32[],float32[])', { at: 1, number: 2 ** 31 - 1 }),
  ...found('Diag(float32[3])', { kind: 'dimension', number: 2 ** 14 }),
];

/** Calls of the operations of all kernels with wrong shapes, types, sizes and attributes. TensorFlow must throw. */
export const operations = target<Case>({
  name: 'operations',
  weight: 25,
  async prepare() {
    const restoreMemory = pretendMemory(2e8);
    const options = { threads: 2, verbose: false, compiler: 'graph', report: () => {} } as const;
    const engine = await startEngine(options);
    const calls = recordCalls(engine);
    return {
      cases: fc.record(
        {
          operation: fc.constantFrom(...calls.keys()),
          changes: fc.array(callChange, { minLength: 1, maxLength: 3 }),
          compiled: fc.boolean(),
        },
        { noNullPrototype: true },
      ),
      found: FOUND,
      close: restoreMemory,
      async run({ operation, changes, compiled }) {
        const call = changes.reduce(changeCall, calls.get(operation) as Call);
        try {
          if (compiled) await runCompiled(engine, call);
          else runCall(call);
        } catch (error) {
          // Any error is a good end.
          throw Object.assign(error as Error, { exitCode: 1 });
        }
      },
    };
  },
});

/** Refuses calls that would only take memory and time. @returns a function that tells the truth again. */
function pretendMemory(bytes: number): () => Promise<void> {
  const { totalmem } = os;
  const report = (answer: () => number) => {
    os.totalmem = answer;
    syncBuiltinESMExports();
  };
  report(() => bytes);
  return async () => report(totalmem);
}

const backend = () =>
  tf.backend() as unknown as {
    readonly binding: Binding;
    getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
    createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  };

/** Runs each kernel of the registry once, and returns the calls of operations that it makes. */
function recordCalls(engine: Engine): Map<string, Call> {
  const { binding } = backend();
  const { executeOp, handles } = binding;
  const recorded = new Map<string, Call>();
  const record: Binding['executeOp'] = (name, attributes, inputIds, outputs) => {
    const inputs = inputIds.map((id): CallInput => {
      const { shape, dtype } = handles.metadata(id);
      return { shape, dtype, values: handles.read(id) };
    });
    const operands = inputs.map(({ shape, dtype }) => `${dtypeName(dtype)}[${shape}]`);
    recorded.set(`${name}(${operands})`, { name, attributes, inputs, outputs });
    return executeOp(name, attributes, inputIds, outputs);
  };
  tf.tidy(() => {
    const calls = kernelCalls();
    binding.executeOp = record;
    for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) {
      const call = calls[kernelName];
      if (!call) throw new Error(`there is no call of the kernel ${kernelName}`);
      tf.engine().runKernel(kernelName, call.inputs as never, (call.attributes ?? {}) as never);
    }
    engine.randomMask([4, 3], 0.25, [1, 2]);
    engine.unpack(tf.ones([2, 3]), 'uint8', 10);
  });
  binding.executeOp = executeOp;
  return recorded;
}

function runCall({ name, attributes, inputs, outputs }: Call): void {
  const { binding } = backend();
  const ids: number[] = [];
  try {
    for (const { shape, dtype, values } of inputs) {
      ids.push(binding.createTensor([...shape], dtype, values as never));
    }
    const results = binding.executeOp(name, attributes, ids, outputs);
    ids.push(...results.map(({ id }) => id));
  } finally {
    for (const id of ids) binding.deleteTensor(id);
  }
}

/** Inputs of float32 are those of the compiled function; the others are constants. */
async function runCompiled(
  engine: Engine,
  { name, attributes, inputs, outputs }: Call,
): Promise<void> {
  const { binding } = backend();
  const isInput = ({ dtype }: CallInput) => dtype === DType.float32;
  const given = inputs
    .filter(isInput)
    .map(({ shape, values }) => tf.tensor(values as Float32Array, [...shape]));
  const compiled = engine.compile((tensors) => {
    const placeholders = backend().getInputTensorIds(tensors as tf.Tensor[]);
    const ids = inputs.map((input) =>
      isInput(input)
        ? (placeholders.shift() as number)
        : binding.createTensor([...input.shape], input.dtype, input.values as never),
    );
    const results = binding.executeOp(name, attributes, ids, outputs);
    return results.map((each) => backend().createOutputTensor(each));
  });
  try {
    tf.dispose(await compiled.run(given));
  } finally {
    compiled.dispose();
    tf.dispose(given);
  }
}
