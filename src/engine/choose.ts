import type { Engine, EngineOptions } from './engine.ts';

let started: Promise<Engine> | undefined;

/** The engine of this process, installed and started at the first call. */
export function startEngine(options: EngineOptions): Promise<Engine> {
  started ??= import('./tensorflow/start.ts').then((tensorflow) =>
    tensorflow.startTensorFlow(options),
  );
  return started;
}
