import type { Engine } from '../src/engine/engine.ts';
import { startEngine } from '../src/engine/start-engine.ts';

/** Starts TensorFlow before the tests of a `describe`, and installs it if it is missing. */
export function useEngine(): () => Engine {
  let engine: Engine;
  before(async function () {
    this.timeout(600_000);
    engine = await startEngine({
      threads: null,
      compiler: 'graph',
      verbose: false,
      report: () => {},
    });
  });
  return () => engine;
}
