import type { Engine, EngineOptions } from './engine.ts';

let started: Promise<Engine> | undefined;

/** Starts the engine of this process at the first call, and installs it first if necessary. */
export function startEngine(options: EngineOptions): Promise<Engine> {
  started ??= import('./tensorflow/start.ts').then((tensorflow) =>
    tensorflow.startTensorFlow(options),
  );
  return started;
}
