import type { Progress } from './progress.ts';

/** A live display on a terminal, plain lines elsewhere. */
export async function chooseProgress(): Promise<Progress> {
  if (process.stdout.isTTY && !process.env.CI) {
    const { terminalProgress } = await import('./terminal.ts');
    return terminalProgress;
  }
  return plainProgress((line) => process.stdout.write(`${line}\n`));
}

/** Shows nothing: with `--json`, a command prints nothing but JSON. */
export const silentProgress: Progress = {
  step: (_, run) => run({ report: () => {}, note: () => {}, warn: () => {} }),
};

/** The least milliseconds between two reports in a log. */
const MIN_INTERVAL = 10_000;

/** Lines for a pipe, a log file or a CI: titles, notes, and a report from time to time. */
export function plainProgress(write: (line: string) => void): Progress {
  return {
    async step(title, run) {
      write(title);
      const start = performance.now();
      let last = start;
      const result = await run({
        report(message) {
          if (performance.now() - last < MIN_INTERVAL) return;
          last = performance.now();
          write(`  ${message}`);
        },
        note: (line) => write(`  ${line}`),
        warn: (line) => write(`  ${line}`),
      });
      return result;
    },
  };
}
