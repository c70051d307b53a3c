import type { Progress } from './progress.ts';

/** The least time between two reports of a step, in milliseconds: a log is no animation. */
const INTERVAL = 10_000;

/** Lines for a pipe, a log file or a CI: titles, results, and now and then what goes on. */
export function plainProgress(write: (line: string) => void): Progress {
  return {
    async step(title, run) {
      write(title);
      const start = performance.now();
      let last = start;
      const result = await run({
        report(message) {
          if (performance.now() - last < INTERVAL) return;
          last = performance.now();
          write(`  ${message}`);
        },
        note: (line) => write(`  ${line}`),
      });
      return result;
    },
  };
}
