import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../../../experiment/experiment.ts';
import type { Profile, TensorFunction } from '../../engine.ts';
import type { Pointer } from '../c-api.ts';
import { type Context, TensorFlowError } from '../context.ts';
import type { TensorMetadata } from '../handles.ts';
import { OpDefinitions } from './op-definitions.ts';
import { Recording, type Update } from './recording.ts';
import { FunctionRunner } from './run-function.ts';
import { type Slot, Slots } from './slots.ts';
import type { Tensors } from './tensors.ts';

/** A function registered in TensorFlow, for inputs of certain shapes. */
export interface Trace {
  readonly name: string;
  /** The name for users. */
  readonly title: string;
  readonly precision: Precision;
  /** All operations have a deterministic kernel. */
  readonly deterministic: boolean;
  readonly outputs: number;
  /** The variables that it reads or writes. */
  readonly slots: readonly Slot[];
  readonly written: readonly Slot[];
}

interface TracerOptions {
  /** Compiles functions with XLA. */
  readonly xla: boolean;
  /** Measures an additional run of each graph; ignored with XLA, which reports no operations. */
  readonly profiling: boolean;
}

/** The values with which a recorded graph is measured. */
interface ProfileInputs {
  readonly inputs: readonly tf.Tensor[];
  readonly slots: readonly Slot[];
  /** The values of the slots' variables. */
  readonly values: readonly tf.Tensor[];
  readonly outputIds: readonly number[];
}

/** Compiles functions of tfjs tensors to functions of TensorFlow. */
export class Tracer {
  readonly #tensors: Tensors;
  readonly #context: Context;
  readonly #definitions: OpDefinitions;
  readonly #slots: Slots;
  readonly #runner: FunctionRunner;
  readonly #xla: boolean;
  readonly #withoutXla = new WeakSet<Trace>();
  readonly #profiling: boolean;
  readonly #nondeterministic = new Set<string>();
  #profiles: Profile[] = [];
  #traced = 0;
  /** The recording of the current trace. */
  #recording: Recording | null = null;

  constructor(context: Context, tensors: Tensors, { xla, profiling }: TracerOptions) {
    this.#xla = xla;
    this.#profiling = profiling && !xla;
    this.#tensors = tensors;
    this.#context = context;
    this.#definitions = new OpDefinitions(context.api, context.status);
    this.#slots = new Slots(tensors);
    this.#runner = new FunctionRunner(context, tensors.binding.handles);
  }

  /**
   * Records the operations of one call of `fn`. Its tensors have shapes but no values: nothing is computed, and variables
   * keep their values.
   *
   * @throws UntraceableError if `fn` depends on values; TensorFlowError if an operation is invalid.
   */
  trace(
    fn: TensorFunction,
    inputs: readonly tf.Tensor[],
    { title, precision }: Pick<Trace, 'title' | 'precision'>,
  ): Trace {
    const { binding } = this.#tensors;
    if (this.#profiling) this.syncVariables();
    const recording = new Recording(this.#context, binding.handles, {
      definitions: this.#definitions,
      variablesAsInputs: this.#xla,
      precision,
    });
    const slots = this.#registered().map((variable) => this.#slots.use(variable));
    const values = slots.map(({ variable }) => variable.clone());
    binding.recording = recording;
    this.#recording = recording;
    const name = `compiled_${this.#traced++}`;
    try {
      const initial = slots.map((slot) => this.#assign(slot.variable, recording.read(slot)));
      const placeholders = inputs.map((tensor) =>
        this.#tensors.make(recording.input(tensor.shape, this.#tensors.dtype(tensor))),
      );
      const outputs = tf.tidy(() => fn(placeholders) as tf.Tensor[]);
      const written = slots.filter((slot, i) => slot.variable.dataId !== initial[i]);
      this.#tensors.ids(written.map(({ variable }) => variable)).forEach((id, i) => {
        recording.write({ slot: written[i] as Slot, id });
      });
      const outputIds = this.#tensors.ids(outputs);
      recording.toFunction(name, outputIds);
      tf.dispose([placeholders, outputs]);
      if (this.#profiling) this.#profile(title, recording, { inputs, slots, values, outputIds });
      const used = recording.slots;
      for (const slot of used) slot.users += 1;
      const deterministic = this.#checkDeterminism(recording);
      const count = outputs.length;
      return { name, title, precision, deterministic, outputs: count, slots: used, written };
    } finally {
      slots.forEach(({ variable }, i) => {
        variable.assign(values[i] as tf.Tensor);
      });
      tf.dispose(values);
      binding.recording = null;
      this.#recording = null;
      recording.dispose();
      for (const slot of slots) this.#slots.release(slot);
    }
  }

  /** Runs or records an operation that changes variables in place. They are its first inputs. */
  update(
    variables: readonly tf.Variable[],
    { name, attributes, inputs }: Omit<Update, 'inputIds'> & { inputs: readonly tf.Tensor[] },
  ): void {
    const recording = this.#recording;
    const inputIds = this.#tensors.ids(inputs);
    const slots = variables.map((variable) => this.#slots.use(variable));
    if (recording) {
      const ids = this.#tensors.ids(variables);
      const current = slots.map((slot, i) => ({ slot, id: ids[i] as number }));
      recording.update(current, { name, attributes, inputIds }).forEach((metadata, i) => {
        this.#assign(variables[i] as tf.Variable, metadata);
      });
    } else {
      for (const slot of slots) slot.push();
      for (const slot of slots) slot.detach();
      const ids = [...slots.map((slot) => slot.handle), ...inputIds];
      this.#tensors.execute(name, ids, { attributes, outputs: 0 });
      for (const slot of slots) slot.pull();
    }
    for (const slot of slots) this.#slots.release(slot);
  }

  /** Runs a trace; the caller disposes the outputs. */
  async run(trace: Trace, inputs: readonly tf.Tensor[]): Promise<tf.Tensor[]> {
    const { slots, written } = trace;
    for (const slot of slots) slot.push();
    for (const slot of written) slot.detach();
    const variables = this.#xla ? slots.map((slot) => slot.handle) : [];
    const ids = [...this.#tensors.ids(inputs), ...variables];
    const results = await this.#execute(trace, ids);
    return results.map((metadata) => this.#tensors.make(metadata));
  }

  /** A trace that XLA cannot compile runs as a graph, with a warning that names the unsupported operations. */
  async #execute(trace: Trace, ids: readonly number[]): Promise<TensorMetadata[]> {
    const { name, title, precision, deterministic, outputs } = trace;
    const xla = this.#xla && !this.#withoutXla.has(trace);
    try {
      return await this.#runner.run(name, ids, outputs, { xla, precision, deterministic });
    } catch (error) {
      const unsupported =
        xla && error instanceof TensorFlowError ? unsupportedByXla(error.message) : [];
      if (unsupported.length === 0) throw error;
      process.emitWarning(
        `XLA does not support ${unsupported.join(', ')}: ${title} runs as a graph`,
      );
      this.#withoutXla.add(trace);
      return this.#execute(trace, ids);
    }
  }

  /** Copies the results of runs to the tfjs variables. */
  syncVariables(): void {
    this.#slots.pullAll();
  }

  /** Returns the names of the traced operations whose kernels are not deterministic. */
  nondeterministicOperations(): readonly string[] {
    return [...this.#nondeterministic];
  }

  #checkDeterminism(recording: Recording): boolean {
    if (this.#context.device.type !== 'GPU') return true;
    const operations = recording.nondeterministic;
    for (const name of operations) this.#nondeterministic.add(name);
    return operations.length === 0;
  }

  /** Returns the profiles since the last call. */
  takeProfiles(): readonly Profile[] {
    const profiles = this.#profiles;
    this.#profiles = [];
    return profiles;
  }

  #profile(title: string, recording: Recording, given: ProfileInputs): void {
    const { inputs, slots, values, outputIds } = given;
    const handles = (tensors: readonly tf.Tensor[]) =>
      this.#tensors.ids(tensors).map((id) => this.#tensors.binding.handles.get(id));
    const handleOf = (slot: Slot) =>
      handles([values[slots.indexOf(slot)] as tf.Tensor])[0] as Pointer;
    const shapes = inputs.map(({ shape }) => `[${shape}]`).join(' ');
    const times = recording.profile(handles(inputs), handleOf, outputIds);
    this.#profiles.push({ name: `${title} ${shapes}`, ...times });
  }

  remove({ name, slots }: Trace): void {
    const { api, pointer, status } = this.#context;
    api.TFE_ContextRemoveFunction(pointer, name, status.pointer);
    status.check(() => `remove the function ${name}`);
    for (const slot of slots) this.#slots.release(slot);
  }

  #registered(): tf.Variable[] {
    return Object.values(tf.engine().registeredVariables);
  }

  /** Assigns a tensor of the recording to a variable, and returns its data id. */
  #assign(variable: tf.Variable, metadata: TensorMetadata): object {
    const tensor = this.#tensors.make(metadata);
    variable.assign(tensor);
    tensor.dispose();
    return variable.dataId;
  }
}

function unsupportedByXla(message: string): string[] {
  const matches = message.matchAll(/No registered '(\w+)' OpKernel for XLA/g);
  return [...new Set(Array.from(matches, ([, name = '']) => name))];
}
