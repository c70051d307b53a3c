import { performance } from 'node:perf_hooks';
import { readFields } from '../../../common/protobuf.ts';
import type { ProfiledOperation } from '../../engine.ts';
import { bufferBytes, type GraphOutput, type Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';

/** What a session runs: a graph, and values for all that it takes. */
export interface GraphRun {
  readonly graph: Pointer;
  /** Placeholders, and a `TFE_TensorHandle` for each. */
  readonly inputs: readonly { readonly output: GraphOutput; readonly handle: Pointer }[];
  readonly outputs: readonly GraphOutput[];
  /** Done at each run, needed or not. */
  readonly effects: readonly Pointer[];
  /** Done once before, by themselves: they give variables their values. */
  readonly beginnings: readonly Pointer[];
}

/** What one run took by the clock, and each operation of it. */
export interface GraphTimes {
  readonly milliseconds: number;
  readonly operations: readonly ProfiledOperation[];
}

/** Runs before the one that is measured: they prepare kernels and memory. */
const WARM_UPS = 3;

/** A `RunOptions` with `trace_level: FULL_TRACE`. Source: tensorflow/core/protobuf/config.proto. */
const FULL_TRACE = Uint8Array.of(0x08, 0x03);

/**
 * Runs a graph in a session of its own, because eager functions tell nothing of their operations; it is
 * optimized and executed as they are, on variables of its own.
 */
export function profileGraph(context: Context, run: GraphRun): GraphTimes {
  const { api, status, config } = context;
  const options = api.TF_NewSessionOptions();
  api.TF_SetConfig(options, config, config.length, status.pointer);
  const session = api.TF_NewSession(run.graph, options, status.pointer);
  api.TF_DeleteSessionOptions(options);
  status.check(() => 'make a session to profile in');
  const runOptions = api.TF_NewBufferFromString(FULL_TRACE, FULL_TRACE.length);
  const metadata = api.TF_NewBuffer();
  const values = BigUint64Array.from(run.inputs, ({ handle }) =>
    api.TFE_TensorHandleResolve(handle, status.pointer),
  );
  const execute = (
    { outputs, effects }: Pick<GraphRun, 'outputs' | 'effects'>,
    trace: boolean,
  ): number => {
    const results = new BigUint64Array(outputs.length);
    const begin = performance.now();
    api.TF_SessionRun(
      session,
      trace ? runOptions : null,
      run.inputs.map(({ output }) => output),
      values,
      values.length,
      outputs,
      results,
      outputs.length,
      BigUint64Array.from(effects),
      effects.length,
      trace ? metadata : null,
      status.pointer,
    );
    status.check(() => 'run a graph to profile it');
    for (const result of results) api.TF_DeleteTensor(result);
    return performance.now() - begin;
  };
  try {
    // Without variables there is nothing to begin with, which TensorFlow refuses to run.
    if (run.beginnings.length > 0) execute({ outputs: [], effects: run.beginnings }, false);
    for (let i = 0; i < WARM_UPS; i++) execute(run, false);
    const milliseconds = execute(run, true);
    return { milliseconds, operations: operationsOf(bufferBytes(metadata)) };
  } finally {
    for (const value of values) api.TF_DeleteTensor(value);
    api.TF_DeleteBuffer(runOptions);
    api.TF_DeleteBuffer(metadata);
    api.TF_DeleteSession(session, status.pointer);
  }
}

/**
 * Field numbers of `RunMetadata`, `StepStats`, `DeviceStepStats` and `NodeExecStats`.
 * Source: tensorflow/core/framework/step_stats.proto.
 */
const RUN = { stepStats: 1 };
const STEP = { devices: 1 };
const DEVICE = { nodes: 2 };
const NODE = { name: 1, startMicros: 2, label: 8, thread: 10, beginNanos: 14, endNanos: 15 };

function operationsOf(metadata: Uint8Array): ProfiledOperation[] {
  return [...messages(metadata, RUN.stepStats)]
    .flatMap((stats) => [...messages(stats, STEP.devices)])
    .flatMap((device) => [...messages(device, DEVICE.nodes)])
    .map(operationOf);
}

function* messages(bytes: Uint8Array, number: number): Generator<Uint8Array> {
  for (const [field, value] of readFields(bytes)) if (field === number) yield value as Uint8Array;
}

function operationOf(node: Uint8Array): ProfiledOperation {
  const values = new Map(readFields(node));
  const number = (field: number) => Number(values.get(field) ?? 0);
  const text = (field: number) => new TextDecoder().decode(values.get(field) as Uint8Array);
  return {
    name: text(NODE.name),
    // `name = Type(inputs)`, or `name:Type`.
    type: /(?: = |:)([^(:]+)(?:\(|$)/.exec(text(NODE.label))?.[1] ?? text(NODE.name),
    thread: number(NODE.thread),
    startMicros: number(NODE.startMicros) + number(NODE.beginNanos) / 1000,
    micros: (number(NODE.endNanos) - number(NODE.beginNanos)) / 1000,
  };
}
