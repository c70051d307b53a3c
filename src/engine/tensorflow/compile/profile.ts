import { performance } from 'node:perf_hooks';
import { readFields } from '../../../common/protobuf.ts';
import type { Precision } from '../../../experiment/experiment.ts';
import type { ProfiledOperation } from '../../engine.ts';
import { bufferBytes, type GraphOutput, type Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';

/** A graph with the values of its inputs. */
interface GraphRun {
  readonly graph: Pointer;
  readonly precision: Precision;
  /** Placeholders, each with a `TFE_TensorHandle`. */
  readonly inputs: readonly { readonly output: GraphOutput; readonly handle: Pointer }[];
  readonly outputs: readonly GraphOutput[];
  /** Operations that run even if no output depends on them. */
  readonly effects: readonly Pointer[];
  /** Operations that initialize variables, and run once before. */
  readonly initializers: readonly Pointer[];
}

/** The wall-clock time of one run, and the times of its operations. */
export interface GraphTimes {
  readonly milliseconds: number;
  readonly operations: readonly ProfiledOperation[];
}

/** Runs before the measured one, in which kernels and memory are prepared. */
const WARM_UPS = 3;

/** A serialized `RunOptions` with `trace_level: FULL_TRACE`. Source: tensorflow/core/protobuf/config.proto. */
const FULL_TRACE = Uint8Array.of(0x08, 0x03);

/**
 * Measures a graph in a separate session, because eager functions report no times of operations. The graph is optimized and
 * executed in the same way, with its own variables.
 */
export function profileGraph(context: Context, run: GraphRun): GraphTimes {
  const { api, status, configOf } = context;
  const config = configOf(run.precision);
  const options = api.TF_NewSessionOptions();
  api.TF_SetConfig(options, config, config.length, status.pointer);
  const session = api.TF_NewSession(run.graph, options, status.pointer);
  api.TF_DeleteSessionOptions(options);
  status.check(() => 'create a session for profiling');
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
    const start = performance.now();
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
    status.check(() => 'profile a graph');
    for (const result of results) api.TF_DeleteTensor(result);
    return performance.now() - start;
  };
  try {
    // TensorFlow rejects a run without outputs and targets.
    if (run.initializers.length > 0) execute({ outputs: [], effects: run.initializers }, false);
    for (let i = 0; i < WARM_UPS; i++) execute(run, false);
    const milliseconds = execute(run, true);
    return { milliseconds, operations: parseOperations(bufferBytes(metadata)) };
  } finally {
    for (const value of values) api.TF_DeleteTensor(value);
    api.TF_DeleteBuffer(runOptions);
    api.TF_DeleteBuffer(metadata);
    api.TF_DeleteSession(session, status.pointer);
  }
}

/**
 * The field numbers of `RunMetadata`, `StepStats`, `DeviceStepStats` and `NodeExecStats`.
 * Source: tensorflow/core/framework/step_stats.proto.
 */
const RUN = { stepStats: 1 };
const STEP = { devices: 1 };
const DEVICE = { nodes: 2 };
const NODE = { name: 1, startMicros: 2, label: 8, thread: 10, beginNanos: 14, endNanos: 15 };

function parseOperations(metadata: Uint8Array): ProfiledOperation[] {
  return [...messages(metadata, RUN.stepStats)]
    .flatMap((stats) => [...messages(stats, STEP.devices)])
    .flatMap((device) => [...messages(device, DEVICE.nodes)])
    .map(parseOperation);
}

function* messages(bytes: Uint8Array, number: number): Generator<Uint8Array> {
  for (const [field, value] of readFields(bytes)) if (field === number) yield value as Uint8Array;
}

function parseOperation(node: Uint8Array): ProfiledOperation {
  const values = new Map(readFields(node));
  const number = (field: number) => Number(values.get(field) ?? 0);
  const text = (field: number) => new TextDecoder().decode(values.get(field) as Uint8Array);
  return {
    name: text(NODE.name),
    // The label is `name = Type(inputs)` or `name:Type`.
    type: /(?: = |:)([^(:]+)(?:\(|$)/.exec(text(NODE.label))?.[1] ?? text(NODE.name),
    thread: number(NODE.thread),
    startMicros: number(NODE.startMicros) + number(NODE.beginNanos) / 1000,
    micros: (number(NODE.endNanos) - number(NODE.beginNanos)) / 1000,
  };
}
