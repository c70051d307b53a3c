import { type Engine, startEngine } from '../src/engine/engine.ts';

/** Starts TensorFlow before the tests of a `describe`; installs it where it is not yet. */
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
