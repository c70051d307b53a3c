import { Listr } from 'listr2';

/** Shows one line of what goes on within a step; the next one replaces it on a terminal. */
export type Report = (message: string) => void;

/** How a run tells a person where it stands. */
export interface Progress {
  /** Runs a step under a title, with what it reports below; a step that throws is marked as failed. */
  step<T>(title: string, run: (step: Step) => Promise<T>): Promise<T>;
}

export interface Step {
  readonly report: Report;
  /** A line that stays, such as the result of an epoch. */
  readonly note: (line: string) => void;
  /** There if reports are drawn at once, one over the other. */
  readonly live?: true;
}

/** A live display where a person watches, plain lines elsewhere. */
export async function chooseProgress(): Promise<Progress> {
  if (process.stdout.isTTY && !process.env.CI) {
    const { terminalProgress } = await import('./progress.ts');
    return terminalProgress;
  }
  return plainProgress((line) => process.stdout.write(`${line}\n`));
}

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

/** The most lines that a step keeps on the screen; all of them are in the run's log. */
const KEPT_LINES = 12;

/** A live display on a terminal. */
export const terminalProgress: Progress = {
  async step(title, run) {
    type Result = Awaited<ReturnType<typeof run>>;
    let result: Result | undefined;
    const notes: string[] = [];
    const list = new Listr(
      [
        {
          title,
          task: async (_, task) => {
            const show = (message: string) => {
              task.output = [...notes, message].filter(Boolean).join('\n');
            };
            result = await run({
              report: show,
              live: true,
              note(line) {
                notes.push(line);
                if (notes.length > KEPT_LINES) notes.shift();
                show('');
              },
            });
          },
          // One output of many lines: listr2 keeps as many outputs as it is told, and wraps all of them anew
          // at each frame.
          rendererOptions: { outputBar: true, persistentOutput: true },
        },
      ],
      // The program handles signals itself: it saves before it goes.
      {
        registerSignalListeners: false,
        rendererOptions: { collapseErrors: true, showErrorMessage: false },
      },
    );
    await list.run();
    return result as Result;
  },
};
