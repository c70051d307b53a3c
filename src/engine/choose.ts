import type { Compiler, Engine, EngineOptions } from './engine.ts';

let started: Promise<Engine> | undefined;

/** The engine of this process, installed and started at the first call. */
export function startEngine(options: EngineOptions): Promise<Engine> {
  started ??= import('./tensorflow/start.ts').then((tensorflow) =>
    tensorflow.startTensorFlow(options),
  );
  return started;
}

/**
 * Functions are run as graphs, whatever is in them; `CIFAR_RUN_XLA=1` has XLA compile them. The rule is fixed, because
 * what a run gives must not depend on how fast it was. Measured on two cores, batch 32: VGG19's fine-tune step makes
 * 33 images a second as a graph, 7 by XLA; the published head's takes 15.3 ms of processor time and 14.3 by XLA, which
 * holds 260 MiB more and takes seconds to compile each function.
 *
 * @param compile `false`: every operation on its own, for debugging.
 */
export function chooseCompiler(compile: boolean): Compiler {
  if (!compile) return 'none';
  return process.env.CIFAR_RUN_XLA === '1' ? 'xla' : 'graph';
}
