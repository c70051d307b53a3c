import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../../../experiment/experiment.ts';
import type { CompiledFunction, CompileOptions, TensorFunction } from '../../engine.ts';
import type { Trace, Tracer } from './trace.ts';

/** A function that runs as one operation. It is traced once for each combination of input shapes. */
export class Compiled implements CompiledFunction {
  readonly #tracer: Tracer;
  readonly #name: string;
  readonly #fn: TensorFunction;
  readonly #precision: Precision;
  readonly #traces = new Map<string, Trace>();
  #uncompiled: CompiledFunction | null = null;

  constructor(
    tracer: Tracer,
    fn: TensorFunction,
    { name = 'a step', precision = 'float32' }: CompileOptions = {},
  ) {
    this.#tracer = tracer;
    this.#name = name;
    this.#fn = fn;
    this.#precision = precision;
  }

  /** Runs the function. If it cannot be traced, its operations run individually, and a warning gives the reason. */
  async run(inputs: readonly tf.Tensor[]): Promise<tf.Tensor[]> {
    const trace = this.#uncompiled ? null : this.#trace(inputs);
    if (trace) return this.#tracer.run(trace, inputs);
    this.#tracer.syncVariables();
    this.#uncompiled ??= uncompiled(this.#fn);
    return this.#uncompiled.run(inputs);
  }

  dispose(): void {
    for (const trace of this.#traces.values()) this.#tracer.remove(trace);
    this.#traces.clear();
  }

  #trace(inputs: readonly tf.Tensor[]): Trace | null {
    const key = inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(', ');
    const existing = this.#traces.get(key);
    if (existing) return existing;
    try {
      const options = { title: this.#name, precision: this.#precision };
      const trace = this.#tracer.trace(this.#fn, inputs, options);
      this.#traces.set(key, trace);
      return trace;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      process.emitWarning(`${this.#name} is not compiled, which is slower: ${reason}`);
      return null;
    }
  }
}

/** Wraps a function that is called directly at each run. */
export function uncompiled(fn: TensorFunction): CompiledFunction {
  return {
    run: async (inputs) => tf.tidy(() => fn(inputs) as tf.Tensor[]),
    dispose() {},
  };
}
