import type * as tf from '@tensorflow/tfjs';
import type { CompiledFunction, TensorFunction } from '../../engine.ts';
import { uncompiled } from '../../uncompiled.ts';
import type { Trace, Tracer } from './trace.ts';

/** A function that runs as one operation, traced for each set of input shapes. */
export class Compiled implements CompiledFunction {
  readonly #tracer: Tracer;
  readonly #name: string;
  readonly #fn: TensorFunction;
  readonly #traces = new Map<string, Trace>();
  #uncompiled: CompiledFunction | null = null;

  constructor(tracer: Tracer, fn: TensorFunction, name: string) {
    this.#tracer = tracer;
    this.#name = name;
    this.#fn = fn;
  }

  /** What cannot be traced runs operation by operation, with a warning that names the reason. */
  async run(inputs: readonly tf.Tensor[]): Promise<tf.Tensor[]> {
    const trace = this.#uncompiled ? null : this.#trace(inputs);
    if (trace) return this.#tracer.run(trace, inputs);
    this.#tracer.settle();
    this.#uncompiled ??= uncompiled(this.#fn);
    return this.#uncompiled.run(inputs);
  }

  dispose(): void {
    for (const trace of this.#traces.values()) this.#tracer.forget(trace);
    this.#traces.clear();
  }

  #trace(inputs: readonly tf.Tensor[]): Trace | null {
    const key = inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(', ');
    const known = this.#traces.get(key);
    if (known) return known;
    try {
      const trace = this.#tracer.trace(this.#fn, inputs, this.#name);
      this.#traces.set(key, trace);
      return trace;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      process.emitWarning(`${this.#name} runs operation by operation, which is slower: ${reason}`);
      return null;
    }
  }
}
