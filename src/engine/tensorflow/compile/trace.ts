import * as tf from '@tensorflow/tfjs';
import type { Profile, TensorFunction } from '../../engine.ts';
import type { Pointer } from '../c-api.ts';
import type { Context } from '../context.ts';
import type { TensorMetadata } from '../handles.ts';
import { TensorFlowError } from '../status.ts';
import { OpDefinitions } from './op-definitions.ts';
import { Recording, type Update } from './recording.ts';
import { FunctionRunner } from './run-function.ts';
import { type Slot, Slots } from './slots.ts';
import type { Tensors } from './tensors.ts';

/** A function that TensorFlow knows by name, for inputs of certain shapes. */
export interface Trace {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  readonly outputs: number;
  /** Variables that it reads or writes. */
  readonly slots: readonly Slot[];
  readonly written: readonly Slot[];
}

export interface TracerOptions {
  /** Has XLA compile the functions. */
  readonly xla: boolean;
  /** Measures a run of each graph, beside those that count; XLA tells nothing of its operations. */
  readonly profiling: boolean;
}

/** What a trace was made of. */
interface Traced {
  readonly inputs: readonly tf.Tensor[];
  readonly slots: readonly Slot[];
  /** What each slot's variable held before. */
  readonly before: readonly tf.Tensor[];
  readonly outputIds: readonly number[];
}

/** Makes functions of tensors into functions of TensorFlow. */
export class Tracer {
  readonly #tensors: Tensors;
  readonly #context: Context;
  readonly #definitions: OpDefinitions;
  readonly #slots: Slots;
  readonly #runner: FunctionRunner;
  readonly #xla: boolean;
  readonly #notForXla = new WeakSet<Trace>();
  readonly #profiling: boolean;
  #profiles: Profile[] = [];
  #traced = 0;

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
   * Calls `fn` once, with tensors that have shapes but no values: nothing is computed, and variables hold
   * afterwards what they held before.
   * @throws UntraceableError when what `fn` does depends on values, TensorFlowError when TensorFlow refuses it.
   */
  trace(fn: TensorFunction, inputs: readonly tf.Tensor[], title: string): Trace {
    const { binding } = this.#tensors;
    if (this.#profiling) this.settle();
    const recording = new Recording(this.#context, binding.handles, {
      definitions: this.#definitions,
      takesVariables: this.#xla,
    });
    const slots = this.#registered().map((variable) => this.#slots.use(variable));
    const before = slots.map(({ variable }) => variable.clone());
    binding.recording = recording;
    const name = `compiled_${this.#traced++}`;
    try {
      const unset = slots.map((slot) => this.#assign(slot.variable, recording.read(slot)));
      const placeholders = inputs.map((tensor) =>
        this.#tensors.make(recording.input(tensor.shape, this.#tensors.dtype(tensor))),
      );
      const outputs = tf.tidy(() => fn(placeholders) as tf.Tensor[]);
      const written = slots.filter((slot, i) => slot.variable.dataId !== unset[i]);
      this.#tensors.ids(written.map(({ variable }) => variable)).forEach((id, i) => {
        recording.write({ slot: written[i] as Slot, id });
      });
      const outputIds = this.#tensors.ids(outputs);
      recording.finish(name, outputIds);
      tf.dispose([placeholders, outputs]);
      if (this.#profiling) this.#profile(title, recording, { inputs, slots, before, outputIds });
      const used = recording.slots;
      for (const slot of used) slot.users += 1;
      return { name, title, outputs: outputs.length, slots: used, written };
    } finally {
      slots.forEach(({ variable }, i) => {
        variable.assign(before[i] as tf.Tensor);
      });
      tf.dispose(before);
      binding.recording = null;
      recording.dispose();
      for (const slot of slots) this.#slots.release(slot);
    }
  }

  /** An operation that changes variables in place; it takes them, then other inputs. */
  update(
    variables: readonly tf.Variable[],
    { name, attributes, inputs }: Omit<Update, 'inputIds'> & { inputs: readonly tf.Tensor[] },
  ): void {
    const { recording } = this.#tensors.binding;
    const inputIds = this.#tensors.ids(inputs);
    const slots = variables.map((variable) => this.#slots.use(variable));
    if (recording) {
      const ids = this.#tensors.ids(variables);
      const held = slots.map((slot, i) => ({ slot, id: ids[i] as number }));
      recording.update(held, { name, attributes, inputIds }).forEach((metadata, i) => {
        this.#assign(variables[i] as tf.Variable, metadata);
      });
    } else {
      for (const slot of slots) slot.push();
      for (const slot of slots) slot.lend();
      const ids = [...slots.map((slot) => slot.handle), ...inputIds];
      this.#tensors.execute(name, ids, { attributes, outputs: 0 });
      for (const slot of slots) slot.settle();
    }
    for (const slot of slots) this.#slots.release(slot);
  }

  /** One run; the caller disposes what it returns. */
  async run(trace: Trace, inputs: readonly tf.Tensor[]): Promise<tf.Tensor[]> {
    const { slots, written } = trace;
    for (const slot of slots) slot.push();
    for (const slot of written) slot.lend();
    const variables = this.#xla ? slots.map((slot) => slot.handle) : [];
    const ids = [...this.#tensors.ids(inputs), ...variables];
    const results = await this.#execute(trace, ids);
    return results.map((metadata) => this.#tensors.make(metadata));
  }

  /** What XLA cannot compile runs as a graph, with a warning that names the operations. */
  async #execute(trace: Trace, ids: readonly number[]): Promise<TensorMetadata[]> {
    const { name, title, outputs } = trace;
    const xla = this.#xla && !this.#notForXla.has(trace);
    try {
      return await this.#runner.run(name, ids, outputs, xla);
    } catch (error) {
      const lacking = xla && error instanceof TensorFlowError ? lackedByXla(error.message) : [];
      if (lacking.length === 0) throw error;
      process.emitWarning(`XLA has no ${lacking.join(', ')}: ${title} runs as a graph`);
      this.#notForXla.add(trace);
      return this.#execute(trace, ids);
    }
  }

  /** Gives variables what runs left them. */
  settle(): void {
    this.#slots.settle();
  }

  /** Those made since the last call. */
  takeProfiles(): readonly Profile[] {
    const profiles = this.#profiles;
    this.#profiles = [];
    return profiles;
  }

  #profile(title: string, recording: Recording, traced: Traced): void {
    const { inputs, slots, before, outputIds } = traced;
    const handles = (tensors: readonly tf.Tensor[]) =>
      this.#tensors.ids(tensors).map((id) => this.#tensors.binding.handles.get(id));
    const value = (slot: Slot) => handles([before[slots.indexOf(slot)] as tf.Tensor])[0];
    const shapes = inputs.map(({ shape }) => `[${shape}]`).join(' ');
    const times = recording.profile(handles(inputs), (slot) => value(slot) as Pointer, outputIds);
    this.#profiles.push({ name: `${title} ${shapes}`, ...times });
  }

  forget({ name, slots }: Trace): void {
    const { api, pointer, status } = this.#context;
    api.TFE_ContextRemoveFunction(pointer, name, status.pointer);
    status.check(() => `forget the function ${name}`);
    for (const slot of slots) this.#slots.release(slot);
  }

  #registered(): tf.Variable[] {
    return Object.values(tf.engine().registeredVariables);
  }

  /** Lets a variable hold a tensor of the recording, and returns the data by which to know it. */
  #assign(variable: tf.Variable, metadata: TensorMetadata): object {
    const tensor = this.#tensors.make(metadata);
    variable.assign(tensor);
    tensor.dispose();
    return variable.dataId;
  }
}

function lackedByXla(message: string): string[] {
  const found = message.matchAll(/No registered '(\w+)' OpKernel for XLA/g);
  return [...new Set(Array.from(found, ([, name = '']) => name))];
}
