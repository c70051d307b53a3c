import { plainProgress } from '../src/progress/display.ts';
import type { RunOptions } from '../src/run-experiment.ts';

/** Options of a run that goes into this folder, tells nobody and is not interrupted. */
export function quietly(runs: string): RunOptions {
  const { signal } = new AbortController();
  return { runs, verbose: false, compiler: 'graph', signal, progress: plainProgress(() => {}) };
}
